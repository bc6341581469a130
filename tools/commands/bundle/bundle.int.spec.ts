import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const COMMAND = join(import.meta.dirname, '../bundle.ts');
const SAID = ['--region', 'region-1', '--project', 'p-a', '--name', 'web', '--disk-format', 'qcow2', '--os', 'debian'];

async function bundle(...args: readonly string[]): Promise<string> {
  const command = ['--conditions=@imago/source', COMMAND, ...args];
  const ended = promisify(execFile)(process.execPath, command, { env: { ...process.env, INIT_CWD: undefined } });
  return ended.then(
    ({ stdout }) => stdout,
    (error: unknown) => Promise.reject(new Error((error as { stderr: string }).stderr)),
  );
}

describe('npm run bundle', () => {
  let directory: string;
  let press: string;
  let stranger: string;
  let made: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'imago-bundle-'));
    press = join(directory, 'press.pem');
    stranger = join(directory, 'stranger.pem');
    made = await mkdtemp(join(directory, 'made-'));
    await writeFile(join(made, 'disk.qcow2'), randomBytes(5_000_000));
    await Promise.all([bundle('keygen', press), bundle('keygen', stranger)]);
    await bundle('pack', join(made, 'disk.qcow2'), '--key', press, ...SAID, '--os-version', '12', '--min-disk', '10');
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function copy(change: (at: string) => Promise<unknown>): Promise<string> {
    const at = await mkdtemp(join(directory, 'copy-'));
    await cp(made, at, { recursive: true });
    await change(at);
    return at;
  }
  const verify = (at: string, trust = press): Promise<string> => bundle('verify', at, '--trust', `${trust}.pub`);

  it('packs a file with a manifest that whoever trusts the key opens, and says what it is', async () => {
    const said = await verify(made);
    expect(said).toContain('disk.qcow2, 5000000 bytes, is to be the image web of project p-a in region-1.');
    await expect(verify(made, stranger)).rejects.toThrow('is not trusted here');
    await expect(bundle('keygen', press), 'writes over no key').rejects.toThrow('EEXIST');
  });

  it.each([
    [
      'its file was changed',
      'its SHA-512 is another one',
      async (at: string) => {
        const bytes = await readFile(join(at, 'disk.qcow2'));
        bytes.writeUInt8(bytes.readUInt8(4_000_000) ^ 1, 4_000_000);
        await writeFile(join(at, 'disk.qcow2'), bytes);
      },
    ],
    ['its file is shorter', 'in the manifest', (at: string) => writeFile(join(at, 'disk.qcow2'), 'short')],
    ['its file is not there', 'ENOENT', (at: string) => rm(join(at, 'disk.qcow2'))],
    [
      'its file is a link, be it to the very file',
      'symbolic link',
      async (at: string) => {
        await rename(join(at, 'disk.qcow2'), join(at, 'other'));
        await symlink(join(at, 'other'), join(at, 'disk.qcow2'));
      },
    ],
    [
      'its manifest is a link',
      'ELOOP',
      async (at: string) => {
        await rename(join(at, 'manifest.json'), join(at, 'other'));
        await symlink(join(at, 'other'), join(at, 'manifest.json'));
      },
    ],
    [
      'its manifest was changed',
      'The signature is not one of this manifest',
      async (at: string) => {
        const text = await readFile(join(at, 'manifest.json'), 'utf8');
        await writeFile(join(at, 'manifest.json'), text.replace('p-a', 'p-b'));
      },
    ],
    [
      'its manifest names a file elsewhere',
      'must be the plain name of a file beside the manifest',
      async (at: string) => {
        const text = await readFile(join(at, 'manifest.json'), 'utf8');
        await writeFile(join(at, 'manifest.json'), text.replace('disk.qcow2', '../made/disk.qcow2'));
      },
    ],
    [
      'its signature is another one',
      'The signature is not one of this manifest',
      (at: string) => writeFile(join(at, 'manifest.sig'), randomBytes(64).toString('base64')),
    ],
  ])('opens no bundle when %s', async (_why, words, change) => {
    await expect(verify(await copy(change))).rejects.toThrow(words);
  });
});
