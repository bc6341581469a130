import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { hash, store } from './bytes/alone.ts';
import { get, put } from './bytes/client.ts';
import { cpuSecondsOf, peakResidentMib } from './import/cpu.ts';
import { openInstallation } from './import/installation.ts';

// npm run bench:bytes: how fast the bytes of an image come in and go out. An upload is held against the sum of what it
// cannot do without, one after the other: to receive, to hash twice, to store. A download is held against a server that
// only sends a file. Every round measures all of it, so that a busy machine is busy for both sides.

const MIB = 2 ** 20;
const SIZE = 1024 * MIB;
const ROUNDS = 3;
/** Repeated until there are enough; no compression and no cache is on the way. */
const bytes = randomBytes(64 * MIB);

type Row = Readonly<Record<string, number>>;

const installation = await openInstallation((line) => {
  console.error(line);
});
const plain = fork(join(import.meta.dirname, 'bytes/plain-server.ts'), [join(installation.directory, 'file')]);
const rows: Row[] = [];
try {
  await writeFile(join(installation.directory, 'file'));
  const [port] = (await once(plain, 'message')) as [number];
  await upload(64 * MIB).then(remove); // connections, code and memory as in the middle of a day
  for (let round = 1; round <= ROUNDS; round++) {
    console.error(`round ${round} of ${ROUNDS}`);
    rows.push(await measure(`http://127.0.0.1:${port}/file`));
  }
} finally {
  plain.kill();
  await installation.close();
}
console.table(rows);
const best = (name: string): number => Math.min(...rows.map((row) => row[name] ?? NaN));
console.log(`PUT takes ${(best('PUT s') / best('serial sum s')).toFixed(2)} of the serial sum (aim: at most 1.2)`);
console.log(`GET reaches ${(best('static GET s') / best('GET s')).toFixed(2)} of a plain server (aim: at least 0.7)`);

async function measure(plainUrl: string): Promise<Row> {
  const gateway = installation.system.service('gateway').pid ?? 0;
  const alone = {
    'receive s': await put(plainUrl, {}, bytes, SIZE),
    'md5 s': hash('md5', bytes, SIZE),
    'sha512 s': hash('sha512', bytes, SIZE),
    'store s': await store(installation.bucket, bytes, SIZE),
  };
  const serial = Object.values(alone).reduce((sum, each) => sum + each, 0);
  const cpu = cpuSecondsOf(gateway);
  const { seconds, id } = await upload(SIZE);
  const putCpu = cpuSecondsOf(gateway) - cpu;
  const downloaded = await get(fileOf(id), authorised());
  const getCpu = cpuSecondsOf(gateway) - cpu - putCpu;
  const staticGet = await get(plainUrl, {});
  await remove({ id });
  return rounded({
    ...alone,
    'serial sum s': serial,
    'PUT s': seconds,
    'PUT MiB/s': SIZE / MIB / seconds,
    'PUT gateway CPU s': putCpu,
    'GET s': downloaded,
    'GET gateway CPU s': getCpu,
    'static GET s': staticGet,
    'gateway peak MiB': peakResidentMib(gateway),
  });
}

async function upload(size: number): Promise<{ seconds: number; id: string }> {
  const image = { name: 'bytes', disk_format: 'raw', container_format: 'bare' };
  const { id } = await installation.tenant.need<{ id: string }>('POST', '/v2/images', image);
  return { id, seconds: await put(fileOf(id), authorised(), bytes, size) };
}

async function remove({ id }: { readonly id: string }): Promise<void> {
  await installation.tenant.need('DELETE', `/v2/images/${id}`);
}

function fileOf(id: string): string {
  return `${installation.system.gateway}/v2/images/${id}/file`;
}

function authorised(): Record<string, string> {
  return { 'x-auth-token': installation.tenant.token };
}

async function writeFile(path: string): Promise<void> {
  const file = await open(path, 'w');
  for (let at = 0; at < SIZE; at += bytes.length) await file.write(bytes);
  await file.close();
}

function rounded(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, figure]) => [name, Number(figure.toFixed(2))]));
}
