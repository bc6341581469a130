import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logIn } from '@imago/system/session';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunFile } from './run-file.ts';

/** A command of this folder as a process of its own, with an installation of its own. */
class Command {
  readonly process: ChildProcess;
  output = '';

  constructor(directory: string, file: string, ...args: readonly string[]) {
    const env = { ...process.env, IMAGO_DIRECTORY: directory, NODE_OPTIONS: '' };
    this.process = spawn(process.execPath, [join(import.meta.dirname, file), ...args], { env });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Answers when the text has been said. */
  says(text: string): Promise<void> {
    return eventually(
      () => {
        if (this.process.exitCode !== null) this.output += '\n(it has ended)';
        expect(this.output).toContain(text);
      },
      { timeout: this.process.exitCode === null ? 240_000 : 0 },
    );
  }

  /** The exit code, once it has ended. */
  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close');
    return this.process.exitCode;
  }
}

describe('npm start', () => {
  let directory: string;
  let start: Command;

  const run = async (): Promise<RunFile> => JSON.parse(await readFile(join(directory, 'run.json'), 'utf8')) as RunFile;
  const begin = async (): Promise<void> => {
    start = new Command(directory, 'start.ts', '--no-build');
    await start.says('Imago is ready');
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'imago-start-'));
    await begin();
  });

  afterAll(async () => {
    start.process.kill('SIGTERM');
    await start.ended();
    await rm(directory, { recursive: true, force: true });
  });

  it('says where everything is, to its owner alone', async () => {
    const { gateway, keystone, s3, users } = await run();
    expect(keystone).toBe(`${gateway}/v3`);
    expect(Object.keys(s3)).toEqual(['endpoint', 'region']);
    expect(users.map(({ role }) => role)).toEqual(['member', 'member', 'admin']);
    expect(new Set(users.map(({ project_id }) => project_id)).size).toBe(3);
    expect((await stat(join(directory, 'run.json'))).mode & 0o777).toBe(0o600);
    expect(start.output).toContain(gateway);
  });

  it('has a console for browsers', async () => {
    const { gateway } = await run();
    expect(start.output).toContain(`${gateway}/console/`);
    const page = await fetch(`${gateway}/console/`).then((response) => response.text());
    expect(page).toContain('<title>Imago</title>');
  });

  it('is refused while another one runs', async () => {
    const second = new Command(directory, 'start.ts', '--no-build');
    expect(await second.ended()).toBe(1);
    expect(second.output).toContain('Imago already runs');
    expect(second.output).toContain((await run()).gateway);
  });

  it('gives a tenant what the tour shows', async () => {
    const tour = new Command(directory, 'tour.ts');
    const code = await tour.ended();
    expect({ code, output: tour.output }).toMatchObject({ code: 0 });
  });

  it('can account for what the tour used from its log alone', async () => {
    const verify = new Command(directory, 'usage.ts', 'verify');
    const code = await verify.ended();
    expect({ code, output: verify.output }).toMatchObject({ code: 0 });
    expect(verify.output).toMatch(/[1-9]\d* image hours from [1-9]\d* changes in the log: 0 differences/);
  });

  it('leaves no process behind when it is killed, and nothing the next start cannot take over', async () => {
    start.process.kill('SIGKILL');
    await start.ended();
    await eventually(async () => {
      expect(await processesOf(directory)).toEqual([]);
    });
    await begin();
    expect(await imagesOfAlice(await run())).toEqual(['Imago Demo Linux active']);
  });

  it('ends in order when it is asked to, and leaves the data where they are', async () => {
    const held = await readdir(directory);
    start.process.kill('SIGTERM');
    expect(await start.ended()).toBe(0);
    expect(await processesOf(directory)).toEqual([]);
    const left = await readdir(directory);
    expect(left).not.toContain('run.json');
    // That the next start has them again is shown above, after a kill, which is harder on them.
    expect(left).toEqual(expect.arrayContaining(held.filter((name) => name !== 'run.json')));
  });
});

describe('npm run tour', () => {
  it('says what to do when nothing runs', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'imago-nothing-'));
    const tour = new Command(directory, 'tour.ts');
    expect(await tour.ended()).toBe(1);
    expect(tour.output).toContain('Start it with `npm start`');
    await rm(directory, { recursive: true });
  });
});

async function imagesOfAlice({ gateway, users }: RunFile): Promise<readonly string[]> {
  const [alice] = users;
  if (alice === undefined) throw new Error('there is no user');
  const session = await logIn(gateway, alice);
  const { images } = await session.need<{ images: { name: string; status: string }[] }>('GET', '/v2/images');
  return images.map(({ name, status }) => `${name} ${status}`);
}

/** Command lines of the processes that work for an installation: they are marked, or live in its folder. */
async function processesOf(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '');
    const home = await readlink(`/proc/${id}/cwd`).catch(() => '');
    if (!environment.includes(`IMAGO_INFRA_PART=${directory}`) && !home.startsWith(directory)) continue;
    found.push((await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '));
  }
  return found;
}
