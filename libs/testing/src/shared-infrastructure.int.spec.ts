import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { keeperSocket } from './keeper-protocol.ts';
import { shareInfrastructure, shareKeeper } from './shared-infrastructure.ts';
import type { SharedInfrastructure } from './shared-infrastructure.ts';

/** Keepers of one server only, the quickest to start. */
const ENV = {
  PATH: process.env['PATH'],
  IMAGO_POSTGRES_URL: 'postgresql://user:password@127.0.0.1:1/postgres',
  IMAGO_AMQP_URL: 'amqp://user:password@127.0.0.1:1',
  IMAGO_RABBITMQ_MANAGEMENT_URL: 'http://user:password@127.0.0.1:1',
  IMAGO_QEMU_IMG: process.execPath,
};

let directory: string;
let shares: SharedInfrastructure[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-keeper-'));
  shares = [];
});
afterEach(async () => {
  for (const { release } of shares) release();
  for (const { pid } of await keepers()) process.kill(pid, 'SIGTERM');
  await eventually(async () => {
    expect(await processes()).toEqual([]);
  });
  await rm(directory, { recursive: true });
});

async function share(env: NodeJS.ProcessEnv = {}): Promise<SharedInfrastructure> {
  const shared = await shareKeeper(directory, { ...ENV, ...env });
  shares.push(shared);
  return shared;
}

/** All processes of a directory: keepers and what they started. */
async function processes(of = directory): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [command, environment] = await Promise.all(
        ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      return { pid, command: command ?? '', about: `${command}\0${environment}` };
    }),
  );
  return found.filter(({ about }) => about.includes(of)).map(({ pid, command }) => ({ pid, command }));
}

async function keepers(): Promise<{ pid: number }[]> {
  return (await processes()).filter(({ command }) => command.includes('keeper.main'));
}

function answers(): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(keeperSocket(directory));
    socket.on('error', () => undefined);
    socket
      .once('connect', () => socket.destroy())
      .once('close', (hadError) => {
        done(!hadError);
      });
  });
}

it('starts one set of servers for all who come first at the same time, and for who comes later', async () => {
  const [first, second] = await Promise.all([share(), share(), share()]);
  const later = await share();
  expect(second.infrastructure.s3.endpoint).toBe(first.infrastructure.s3.endpoint);
  expect(later.infrastructure.s3.endpoint).toBe(first.infrastructure.s3.endpoint);
  await eventually(async () => {
    expect(await keepers()).toHaveLength(1); // one that came second is about to end
  });
  await later.infrastructure.s3.createBucket('shared');
});

it('starts anew when the keeper was killed, and when it is just ending', async () => {
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    await share();
    for (const { pid } of await keepers()) process.kill(pid, signal);
    await eventually(async () => {
      expect(await answers()).toBe(false); // from here on it stops its servers, if it still can
    });
    const { infrastructure } = await share();
    await infrastructure.s3.createBucket(`after-${signal.toLowerCase()}`);
  }
});

it('ends by itself when nobody has used it for a while, and not before', async () => {
  const env = { ...ENV, IMAGO_TEST_INFRA_IDLE_MS: '50' };
  const [unused, used] = [join(directory, 'unused'), join(directory, 'used')];
  const [left, held] = [await shareKeeper(unused, env), await shareKeeper(used, env)];
  left.release();
  await eventually(async () => {
    expect(await processes(unused)).toEqual([]);
  });
  await held.infrastructure.s3.createBucket('still-there');
  held.release();
  await eventually(async () => {
    expect(await processes(used)).toEqual([]);
  });
});

it('says why the servers could not be started, to all who wait for them', async () => {
  const attempts = await Promise.allSettled([share({ IMAGO_S3_PORT: 'none' }), share({ IMAGO_S3_PORT: 'none' })]);
  const reasons = attempts.map((attempt) => (attempt.status === 'rejected' ? String(attempt.reason) : 'started'));
  const words = 'IMAGO_S3_PORT is not a TCP port. Set it to a number from 1 to 65535.';
  expect(reasons).toEqual(Array(2).fill(`Error: The test servers could not be started: ${words}`));
  await eventually(() => share()); // the second one's keeper may be about to fail still
});

it('uses the servers of a running test run when the environment names them', async () => {
  const { infrastructure } = await share();
  const file = join(directory, 'infra.json');
  const env = { IMAGO_TEST_INFRASTRUCTURE: file };
  const found = await shareInfrastructure(env);
  expect(found.infrastructure.s3.endpoint).toBe(infrastructure.s3.endpoint);
  await found.infrastructure.s3.createBucket('found');
  found.release();
});
