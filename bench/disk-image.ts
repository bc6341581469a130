import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CountingSource,
  FileSource,
  openDisk,
  sealStoredImage,
  type SourceFormat,
  STORED_CLUSTER_SIZE,
  storedFrame,
  writeStoredImage,
} from '@imago/disk-image';
import { drain } from './drain.ts';
import { PACKAGE_CACHE, provideQemuImg } from '@imago/infra';
import { makeOsLikeDisk } from '@imago/testing';

// npm run build && node bench/disk-image.ts: how fast a local file becomes the parts of a stored image, which are thrown
// away; beside the sum of what its stages cost alone over the cores, which no arrangement of them can beat. Each row is
// a process of its own, so that its peak memory is its own too. Needs about 5 GB of disk.

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const run = promisify(execFile);

interface Figures {
  readonly [name: string]: number;
}

const VARIANTS: readonly {
  readonly name: string;
  readonly format: SourceFormat;
  readonly options: readonly string[];
}[] = [
  { name: 'raw', format: 'raw', options: [] },
  { name: 'qcow2', format: 'qcow2', options: ['-O', 'qcow2'] },
  { name: 'qcow2 -W', format: 'qcow2', options: ['-O', 'qcow2', '-m', '16', '-W'] },
  { name: 'zstd', format: 'qcow2', options: ['-O', 'qcow2', '-c', '-o', 'compression_type=zstd'] },
  { name: 'zstd -W', format: 'qcow2', options: ['-O', 'qcow2', '-c', '-o', 'compression_type=zstd', '-m', '16', '-W'] },
  { name: 'zlib', format: 'qcow2', options: ['-O', 'qcow2', '-c', '-m', '16', '-W'] },
];

const [mode, path = '', format = 'raw'] = process.argv.slice(2);
if (mode === 'write' || mode === 'stages') {
  const measure = mode === 'write' ? measureWrite : measureStages;
  console.log(JSON.stringify(await measure(path, format === 'raw' ? 'raw' : 'qcow2')));
} else {
  await measureAll();
}

async function measureAll(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'imago-bench-'));
  try {
    const cache = { directory: PACKAGE_CACHE, signal: new AbortController().signal, report: console.error };
    const qemuImg = await provideQemuImg({ cache, forcePrivate: false });
    const raw = join(directory, 'disk.raw');
    const data = await makeOsLikeDisk(raw, { size: 2 * GIB, data: GIB });
    const rows: Record<string, Figures> = {};
    for (const variant of VARIANTS) {
      const file = variant.format === 'raw' ? raw : join(directory, 'disk.qcow2');
      if (variant.format !== 'raw') await run(qemuImg, ['convert', '-f', 'raw', ...variant.options, raw, file]);
      const written = await inProcess('write', file, variant.format);
      const stages = await inProcess('stages', file, variant.format);
      rows[variant.name] = summary({ data, fileSize: (await stat(file)).size }, written, stages);
      console.error(variant.name, rows[variant.name]);
      if (variant.format !== 'raw') await rm(file);
    }
    console.table(rows);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function inProcess(what: string, file: string, as: SourceFormat): Promise<Figures> {
  const { stdout } = await run(process.execPath, [import.meta.filename, what, file, as]);
  return JSON.parse(stdout) as Figures;
}

function summary(disk: { data: number; fileSize: number }, written: Figures, stages: Figures): Figures {
  const of = (figures: Figures, name: string): number => figures[name] ?? NaN;
  const cpu = Object.values(stages).reduce((sum, each) => sum + each, 0);
  const limit = cpu / availableParallelism();
  const round = (figure: number): number => Number(figure.toFixed(2));
  return {
    'guest MB/s': Math.round(disk.data / 1e6 / of(written, 'seconds')),
    'wall s': round(of(written, 'seconds')),
    'limit s': round(limit),
    'ratio to limit': round(of(written, 'seconds') / limit),
    'CPU s per GiB': round((of(written, 'cpu') / disk.data) * GIB),
    'peak MiB': Math.round(of(written, 'rss') / MIB),
    'stored MB': Math.round(of(written, 'stored') / 1e6),
    reads: of(written, 'reads'),
    'reads allowed': Math.ceil((2 * disk.fileSize) / (8 * MIB)),
    ...Object.fromEntries(Object.entries(stages).map(([name, each]) => [`CPU s ${name}`, round(each)])),
  };
}

async function measureWrite(file: string, as: SourceFormat): Promise<Figures> {
  const source = new CountingSource(await FileSource.open(file));
  const begin = performance.now();
  const { reader } = await openDisk(source, as);
  const parts = await writeStoredImage(reader, {
    done: [],
    sink: { store: () => Promise.resolve() },
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  const { size } = sealStoredImage(reader.virtualSize, parts);
  const seconds = (performance.now() - begin) / 1000;
  return { seconds, cpu: cpuSeconds(), rss: process.resourceUsage().maxRSS * 1024, stored: size, reads: source.reads };
}

/** CPU seconds of each stage, one after the other in one thread. */
async function measureStages(file: string, as: SourceFormat): Promise<Figures> {
  const { reader } = await openDisk(await FileSource.open(file), as);
  const options = { clusterSize: STORED_CLUSTER_SIZE };
  let begin = cpuSeconds();
  const lap = (): number => {
    const spent = cpuSeconds() - begin;
    begin = cpuSeconds();
    return spent;
  };
  await drain(reader.encodedClusters(options));
  const read = lap();
  let hashing = 0;
  let compressing = 0;
  let decoding = 0;
  const zeros = Buffer.alloc(STORED_CLUSTER_SIZE);
  lap();
  for await (const { data } of reader.clusters(options)) {
    decoding += lap();
    if (data.equals(zeros.subarray(0, data.length))) continue;
    hash('sha256', data);
    hashing += lap();
    storedFrame(data);
    compressing += lap();
  }
  return { read, decode: Math.max(0, decoding - read), hash: hashing, compress: compressing };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
