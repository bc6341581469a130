import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { keyId, signingKey, signManifest, TrustedKeys } from '@imago/offline-bundle';
import { openBundle, writeBundle } from './bundle/bundle-directory.ts';
import { SAID_USAGE, saidOptions, whatWasSaid } from './bundle/said-options.ts';
import { complain } from './steps.ts';
import { LocalFile } from './upload/local-file.ts';

// npm run bundle -- keygen|pack|verify …: a file that travels on its own, with a manifest that is signed.

const USAGE = `Usage: npm run bundle -- keygen KEYFILE
       npm run bundle -- pack FILE --key KEYFILE --region REGION ${SAID_USAGE}
       npm run bundle -- verify DIRECTORY --trust PUBLIC_KEYS

keygen makes a key for signing and its public half, KEYFILE.pub, which whoever is to believe it adds to its
IMPORT_BUNDLE_KEYS_FILE. pack writes manifest.json and manifest.sig beside the file: its directory is the bundle. verify
holds the file against the manifest, and the manifest against its signature.`;

const text = { type: 'string' } as const;
const options = { key: text, region: text, trust: text, ...saidOptions } as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values'];

try {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [verb, path, ...more] = positionals;
  const work = { keygen, pack, verify }[verb ?? ''];
  if (work === undefined || path === undefined || more.length > 0) throw new Error(USAGE);
  await work(fromHere(path), values);
} catch (error) {
  complain(error);
  process.exitCode = 1;
}

/** npm runs commands in the checkout, and says where it was called. */
function fromHere(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', path);
}

async function keygen(path: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  await writeFile(`${path}.pub`, `Imago bundle key ${keyId(publicKey)}\n${pem}`, { flag: 'wx' });
  console.log(`${path} signs, ${path}.pub is to be trusted. The key is ${keyId(publicKey)}.`);
}

async function pack(path: string, values: Values): Promise<void> {
  const { key: keyFile, region } = values;
  if (keyFile === undefined || region === undefined) throw new Error(USAGE);
  const said = whatWasSaid(values, USAGE);
  const key = signingKey(await readFile(fromHere(keyFile), 'utf8'));
  const file = await LocalFile.openUnlinked(path);
  try {
    const facts = { name: basename(path), size: file.size, sha512: await file.sha512() };
    await file.requireUnchanged();
    const head = { imago_bundle: 1, created_at: new Date().toISOString(), signer: keyId(key), region };
    const manifest = `${JSON.stringify({ ...head, file: facts, ...said }, null, 2)}\n`;
    await writeBundle(dirname(path), { manifest, signature: signManifest(manifest, key) });
    const bundle = await openBundle(dirname(path)); // what cannot be opened is not given away
    await bundle.file.close();
    console.log(`${dirname(path)} is the bundle: manifest.json, manifest.sig and ${facts.name}.`);
  } finally {
    await file.close();
  }
}

async function verify(path: string, { trust }: Values): Promise<void> {
  if (trust === undefined) throw new Error(USAGE);
  const trusted = TrustedKeys.fromPem(await readFile(fromHere(trust), 'utf8'));
  const bundle = await openBundle(path);
  await bundle.file.close();
  const { project_id, region, signer, file, image } = trusted.open(bundle);
  console.log(
    `${file.name}, ${file.size} bytes, is to be the image ${image.name} of project ${project_id} in ${region}.`,
  );
  console.log(`Signed by ${signer}. SHA-512 ${file.sha512}`);
}
