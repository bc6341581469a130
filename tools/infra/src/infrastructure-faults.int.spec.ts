import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { livingProcesses } from '../test/living-processes.ts';
import { startInfrastructure } from './infrastructure.ts';
import type { Infrastructure, InfrastructureOptions } from './infrastructure.ts';
import { freePort } from './ports.ts';
import { ProvisionError } from './provision-error.ts';

/** Replaces what is never asked in most of these tests and takes seconds to start. */
const ELSEWHERE = {
  IMAGO_POSTGRES_URL: 'postgresql://user:password@127.0.0.1:1/postgres',
  IMAGO_AMQP_URL: 'amqp://user:password@127.0.0.1:1',
  IMAGO_RABBITMQ_MANAGEMENT_URL: 'http://user:password@127.0.0.1:1',
  IMAGO_QEMU_IMG: process.execPath,
};

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-infra-'));
});
afterEach(() => rm(directory, { recursive: true }));

function start(env: NodeJS.ProcessEnv = {}, options: Partial<InfrastructureOptions> = {}): Promise<Infrastructure> {
  return startInfrastructure({ directory, durable: false, env: { ...ELSEWHERE, ...env }, ...options });
}

describe('a start that fails', () => {
  let holder: Server;
  let taken: number;

  beforeEach(async () => {
    holder = createServer();
    await new Promise<void>((done) => holder.listen(0, '127.0.0.1', done));
    taken = (holder.address() as AddressInfo).port;
  });
  afterEach(() => {
    holder.close();
  });

  it.each([
    [
      { IMAGO_POSTGRES_URL: '', IMAGO_POSTGRES_PORT: 'many' },
      'IMAGO_POSTGRES_PORT is not a TCP port. Set it to a number from 1 to 65535.',
    ],
    [{ IMAGO_S3_PORT: '70000' }, 'IMAGO_S3_PORT is not a TCP port. Set it to a number from 1 to 65535.'],
    [{ IMAGO_AMQP_URL: '' }, /^Only one of the two URLs of a RabbitMQ is set\. .*set IMAGO_AMQP_URL/],
    [{ IMAGO_QEMU_IMG: '/no/qemu-img' }, 'IMAGO_QEMU_IMG names no program that runs here. Set it to the path of a'],
    [{ IMAGO_S3_ENDPOINT: 'http://x' }, /^IMAGO_S3_ENDPOINT is set without keys\. Set IMAGO_S3_ACCESS_KEY and/],
  ])('names the fault and its remedy: %j', async (env, message) => {
    const failure = start(env);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toBeInstanceOf(ProvisionError);
    expect(await livingProcesses(directory)).toEqual([]);
  });

  it('stops what was begun, and gives the directory back', async () => {
    await expect(start({ IMAGO_POSTGRES_URL: '', IMAGO_S3_PORT: String(taken) })).rejects.toThrow(
      `Port ${taken} (IMAGO_S3_PORT) is in use. Stop the program that holds it or set another port.`,
    );
    expect(await livingProcesses(directory)).toEqual([]);
    await (await start()).stop();
  });

  it('shows the end of the log of a server that does not start', async () => {
    const running = await start();
    await running.stop();
    await writeFile(join(directory, 's3', 'data', 'journal.jsonl'), 'damaged\n{"op":"x"}\n');
    await expect(start()).rejects.toThrow(
      /^The S3 server ended while starting\. Its log is .*s3\.log; it ends with:\n[^]*journal\.jsonl is damaged/,
    );
  });
});

it('that is aborted stops what was begun and says why it was aborted', async () => {
  const abort = new AbortController();
  const reason = new Error('Ctrl-C');
  const starting = start({ IMAGO_POSTGRES_URL: '' }, { signal: abort.signal });
  const isRunning = async (): Promise<boolean> => (await livingProcesses(directory)).length > 0;
  while (!(await isRunning())) await new Promise(setImmediate);
  abort.abort(reason);
  await expect(starting).rejects.toBe(reason);
  expect(await livingProcesses(directory)).toEqual([]);
  await (await start()).stop();
});

it('uses the ports that the environment names, and answers the addresses it was given', async () => {
  const [postgres, s3] = [await freePort(), await freePort()];
  const ports = { IMAGO_POSTGRES_PORT: String(postgres), IMAGO_S3_PORT: String(s3) };
  const running = await start({ IMAGO_POSTGRES_URL: '', ...ports });
  try {
    expect(new URL(running.addresses.postgres.adminUrl).port).toBe(String(postgres));
    expect(running.addresses.s3.endpoint).toBe(`http://127.0.0.1:${s3}`);
    expect(running.addresses.rabbitmq.amqpUrl).toBe(ELSEWHERE.IMAGO_AMQP_URL);
    expect(running.addresses.qemu.qemuImg).toBe(ELSEWHERE.IMAGO_QEMU_IMG);
    await expect(running.rabbitmq.createVhost('v')).rejects.toThrow(
      /management API does not answer\. Check IMAGO_RABBITMQ_MANAGEMENT_URL/,
    );
  } finally {
    await running.stop();
  }
});

it('begins without the data of earlier starts when it is asked to', async () => {
  const names = async ({ s3 }: Infrastructure): Promise<(string | undefined)[]> => {
    const credentials = { accessKeyId: s3.access_key, secretAccessKey: s3.secret_key };
    const client = new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials, forcePathStyle: true });
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    client.destroy();
    return Buckets.map(({ Name }) => Name);
  };
  const first = await start();
  await first.s3.createBucket('old');
  await first.stop();
  const kept = await start();
  expect(await names(kept)).toEqual(['old']);
  await kept.stop();
  const emptied = await start({}, { empty: true });
  expect(await names(emptied)).toEqual([]);
  await emptied.stop();
});
