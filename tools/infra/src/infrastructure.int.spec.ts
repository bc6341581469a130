import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { connect } from 'amqplib';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { livingProcesses } from '../test/living-processes.ts';
import { attachInfrastructure, startInfrastructure } from './infrastructure.ts';
import type { AttachedInfrastructure, Infrastructure, InfrastructureAddresses } from './infrastructure.ts';

/** One life of one set of servers, told in order: RabbitMQ takes ten seconds to start and six to stop. */
let root: string;
let directory: string;
let holder: ChildProcess;
let first: AttachedInfrastructure;
let second: Infrastructure | undefined;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'imago-infra-'));
  directory = join(root, 'data');
  holder = await startHolder();
  const output = createInterface({ input: holder.stdout ?? process.stdin });
  const [line] = (await once(output, 'line')) as [string];
  first = attachInfrastructure(JSON.parse(line) as InfrastructureAddresses);
});
afterAll(async () => {
  holder.kill('SIGKILL');
  await second?.stop();
  await rm(root, { recursive: true });
});

/** Without setpriv the kernel does not tell the servers that their parent died: they become orphans. */
async function startHolder(): Promise<ChildProcess> {
  const tools = join(root, 'tools');
  await mkdir(tools);
  await writeFile(join(tools, 'setpriv'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const main = join(import.meta.dirname, '../test/hold-infrastructure.main.ts');
  return spawn(process.execPath, ['--conditions=@imago/source', main, directory], {
    env: { PATH: `${tools}:${process.env['PATH'] ?? ''}` }, // servers of others may be named in ours
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function query<Row extends object>(infrastructure: AttachedInfrastructure, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: infrastructure.postgres.adminUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

function s3Client({ s3 }: AttachedInfrastructure, key: { access_key: string; secret_key: string }): S3Client {
  const credentials = { accessKeyId: key.access_key, secretAccessKey: key.secret_key };
  return new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials, forcePathStyle: true });
}

const KEY = { access_key: 'tenant', secret_key: 'secret of the tenant' };
const QUEUE = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

it('starts a PostgreSQL 18 that counts as a database should', async () => {
  const [row] = await query<{ server_version: string }>(first, 'SHOW server_version');
  expect(row?.server_version).toMatch(/^18\./);
  await query(first, "CREATE TABLE kept AS SELECT 'row' AS what");
});

it('starts a RabbitMQ that keeps what it confirmed, in virtual hosts of their own', async () => {
  const url = await first.rabbitmq.createVhost('suite');
  expect(await first.rabbitmq.createVhost('suite')).toBe(url);
  await first.rabbitmq.createVhost('foreign');
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('kept', QUEUE);
  channel.sendToQueue('kept', Buffer.from('message'), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
  await expect(connect(url.replace(/suite$/, 'foreign'))).rejects.toThrow('got <ConnectionClose');
  await first.rabbitmq.deleteVhost('foreign');
  await first.rabbitmq.deleteVhost('foreign');
});

it('starts an S3 whose keys open their buckets', async () => {
  await first.s3.createBucket('kept');
  await first.s3.createBucket('kept');
  await first.s3.addKey(KEY, ['kept']);
  const client = s3Client(first, KEY);
  await client.send(new PutObjectCommand({ Bucket: 'kept', Key: 'object', Body: 'bytes' }));
  await first.s3.createBucket('gone');
  await expect(client.send(new PutObjectCommand({ Bucket: 'gone', Key: 'k', Body: 'x' }))).rejects.toThrow(/Denied/);
  client.destroy();
  await first.s3.deleteBucket('gone');
  await first.s3.deleteBucket('gone');
});

it('refuses a second set of servers on the same directory, and leaves the first alone', async () => {
  await expect(startInfrastructure({ directory, env: {} })).rejects.toThrow(
    `Another process runs its servers in ${directory}. Stop it, or use another directory.`,
  );
  expect(await query(first, 'SELECT what FROM kept')).toEqual([{ what: 'row' }]);
});

it('takes over from a killed process: its orphans end, its data stay', async () => {
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(await livingProcesses(directory)).not.toEqual([]);
  second = await startInfrastructure({ directory, env: {} });
  expect(await query(second, 'SELECT what FROM kept')).toEqual([{ what: 'row' }]);
  const connection = await connect(await second.rabbitmq.createVhost('suite'));
  const channel = await connection.createChannel();
  await channel.assertQueue('kept', QUEUE);
  const message = await channel.get('kept', { noAck: true });
  expect(message === false ? undefined : message.content.toString()).toBe('message');
  await connection.close();
  const client = s3Client(second, KEY);
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'kept', Key: 'object' }));
  expect(await Body?.transformToString()).toBe('bytes');
  await second.s3.removeKey(KEY.access_key);
  await expect(client.send(new GetObjectCommand({ Bucket: 'kept', Key: 'object' }))).rejects.toThrow(/access key/);
  client.destroy();
});

it('leaves no process when it is stopped, not even a port mapper', async () => {
  await second?.stop();
  await second?.stop();
  expect(await livingProcesses(directory)).toEqual([]);
});
