import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeOsLikeDisk } from '@imago/testing';
import { copyImage, exportImage, importImage, type JobFigures, peakOfExport } from './files/ours.ts';
import { copyInStore, copyThroughClient } from './files/plain-copy.ts';
import { openInstallation } from './import/installation.ts';
import { putInParts } from './import/put-in-parts.ts';

// npm run bench:files: an image on its way out. An export as qcow2 and a copy, beside plain copies of the same bytes in
// the same store; an export as raw, beside qemu-img convert. All in one run, in turns. Needs about 8 GB of disk.

const GIB = 2 ** 30;
const ROUNDS = 3;
const run = promisify(execFile);

const say = (line: string): void => {
  console.error(line);
};

const installation = await openInstallation(say);
try {
  const raw = join(installation.directory, 'disk.raw');
  const file = join(installation.directory, 'disk.qcow2');
  await makeOsLikeDisk(raw, { size: 2 * GIB, data: GIB });
  await convert('-c', '-o', 'compression_type=zstd', '-f', 'raw', '-O', 'qcow2', raw, file);
  await putInParts(installation.bucket, 'source', file);
  const image = await importImage(installation, 'source');
  await round(image, file); // a service that runs has done it before
  const idle = peakOfExport(installation);
  const rounds: Round[] = [];
  for (let number = 1; number <= ROUNDS; number++) {
    say(`round ${number} of ${ROUNDS}`);
    rounds.push(await round(image, file));
  }
  console.table(table(rounds));
  console.table({
    'export service': { 'peak MiB': rounded(peakOfExport(installation)), 'after warm-up': rounded(idle) },
  });
} finally {
  await installation.close();
}

interface Round {
  readonly qcow2: JobFigures;
  readonly copy: JobFigures;
  readonly raw: JobFigures;
  /** Seconds. */
  readonly throughClient: number;
  readonly inStore: number;
  readonly convert: number;
}

async function round(image: string, file: string): Promise<Round> {
  const { bucket, user, directory } = installation;
  const qcow2 = await exportImage(installation, image, { disk_format: 'qcow2', object: 'exported' });
  const plain = { bucket: user.s3.bucket, from: 'exported', to: 'plain' };
  const throughClient = await seconds(() => copyThroughClient(bucket, plain));
  const inStore = await seconds(() => copyInStore(bucket, plain));
  const copy = await copyImage(installation, image);
  const raw = await exportImage(installation, image, { disk_format: 'raw', object: 'exported.raw' });
  const converted = join(directory, 'converted.raw');
  const converting = await seconds(() => convert('-W', '-f', 'qcow2', '-O', 'raw', file, converted));
  const inStoreToo = await seconds(() => putInParts(bucket, 'converted', converted));
  await rm(converted);
  await bucket.deleteMany(['plain', 'converted', 'exported.raw']);
  return { qcow2, copy, raw, throughClient, inStore, convert: converting + inStoreToo };
}

/** What was asked for is the speed of ours as a part of the other's: 1 is as fast, more is faster. */
function table(rounds: readonly Round[]): object {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const row = (ours: number, theirs: number, cpu: number): object => ({
    'ours s': rounded(ours),
    'theirs s': rounded(theirs),
    'speed beside theirs': rounded(theirs / ours),
    'CPU s of the service': rounded(cpu),
  });
  const [qcow2, copy, raw] = [of((r) => r.qcow2.seconds), of((r) => r.copy.seconds), of((r) => r.raw.seconds)];
  const [client, store] = [of((r) => r.throughClient), of((r) => r.inStore)];
  const cpu = {
    qcow2: of((r) => r.qcow2.cpuSeconds),
    copy: of((r) => r.copy.cpuSeconds),
    raw: of((r) => r.raw.cpuSeconds),
  };
  return {
    'export qcow2 / copy through a client': row(qcow2, client, cpu.qcow2),
    'export qcow2 / copy in the store': row(qcow2, store, cpu.qcow2),
    'copy / copy through a client': row(copy, client, cpu.copy),
    'copy / copy in the store': row(copy, store, cpu.copy),
    'export raw / qemu-img convert and PUT': row(
      raw,
      of((r) => r.convert),
      cpu.raw,
    ),
  };
}

async function convert(...args: readonly string[]): Promise<void> {
  await run(installation.qemuImg, ['convert', ...args]);
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

function median(figures: readonly number[]): number {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? Number.NaN;
}

function rounded(figure: number): number {
  return Number(figure.toFixed(2));
}
