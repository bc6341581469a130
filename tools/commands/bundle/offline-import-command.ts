import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TrustedKeys } from '@imago/offline-bundle';
import { Door, whereTo } from '../upload/door.ts';
import { ordered } from '../upload/import-upload.ts';
import { LocalFile } from '../upload/local-file.ts';
import { ProgressLine } from '../upload/progress-line.ts';
import { sendFile } from '../upload/send-file.ts';
import { openBundle } from './bundle-directory.ts';
import { SAID_USAGE, saidOptions, whatWasSaid } from './said-options.ts';

const USAGE = `Usage: npm run imago -- offline-import BUNDLE [--trust PUBLIC_KEYS] [--region REGION] [--unscanned REASON] [--as USER]
       npm run imago -- offline-import FILE [--region REGION] [--unscanned REASON] [--as USER]
         ${SAID_USAGE}

Imports a file on behalf of a project, which has it as a private image then. It is scanned first; --unscanned says why the
image may be there although it could not be. The same command goes on where it was stopped. As whom and where:
OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME; else the operator of the installation that runs here.`;

const text = { type: 'string' } as const;
const options = { as: text, region: text, trust: text, unscanned: text, ...saidOptions } as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values'];

/** Parts on their way at the same time. */
const PARALLEL = 4;

/** What is sent, and what is said of it. */
interface Brought {
  readonly file: LocalFile;
  readonly name: string;
  /** Of the bundle; undefined: the one the gateway has by default. */
  readonly region: string | undefined;
  readonly order: object;
}

/** `offline-import BUNDLE|FILE`: looks at it, sends it and imports it. @throws Error that says what is wrong */
export async function offlineImportCommand(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new Error(USAGE);
  const { file, name, order, region: meant } = await whatIsBrought(fromHere(path), values);
  try {
    const region = values.region ?? meant;
    const as = values.as ?? (process.env['OS_AUTH_URL'] === undefined ? 'operator' : undefined);
    const door = new Door({ ...(await whereTo(as)), ...(region !== undefined && { region }) }, signal);
    const progress = new ProgressLine(file.size);
    const upload = await sendFile(door, file, { name, partSize: null, parallel: PARALLEL, progress, signal });
    progress.end();
    const body = { source: `upload://${upload.id}`, ...order, unscanned_reason: values.unscanned ?? null };
    const job = await ordered(door, { path: '/v1/operator/offline-imports', body }, signal);
    console.log(`The image is ${job.image_id ?? ''}, of project ${job.project_id}.`);
  } finally {
    await file.close();
  }
}

function fromHere(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? '.', path);
}

async function whatIsBrought(path: string, values: Values): Promise<Brought> {
  return (await stat(path)).isDirectory() ? bundleAt(path, values) : fileAt(path, values);
}

async function bundleAt(path: string, { trust }: Values): Promise<Brought> {
  const { file, says, manifest, signature } = await openBundle(path);
  // The gateway's own keys decide; this one spares sending what they will refuse.
  if (trust !== undefined) TrustedKeys.fromPem(await readFile(fromHere(trust), 'utf8')).open({ manifest, signature });
  return {
    file,
    name: says.file.name,
    region: says.region,
    order: { type: 'bundle', manifest, signature: signature.trim() },
  };
}

async function fileAt(path: string, values: Values): Promise<Brought> {
  const { project_id, image } = whatWasSaid(values, USAGE);
  const file = await LocalFile.open(path);
  const order = { type: 'file', project_id, sha512: await file.sha512(), ...image };
  return { file, name: image.name, region: undefined, order };
}
