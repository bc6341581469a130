import { execFile } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BOOT_MARKER, provideDemoImage, USER_DATA_MARKER } from '@imago/demo-image';
import { PACKAGE_CACHE } from '@imago/infra';
import { CaptureBench } from './capture/capture-bench.ts';
import { makeDisk } from './capture/disks.ts';
import type { CaptureFigures } from './capture/phases.ts';
import { openInstallation } from './import/installation.ts';

// npm run bench:capture: what it costs to make an image from a server. All of a disk, beside qemu-img of the same disk;
// and only what changed, after one boot and after one package. Prints one table; needs about 8 GB of disk.

const MIB = 2 ** 20;
const run = promisify(execFile);

/** What a small package leaves: programs, and a list of them. */
const PACKAGE = `#!/bin/sh
mkdir -p /opt/package
for each in 1 2 3; do cp /bin/busybox /opt/package/tool-$each; done
ls -l /opt/package > /opt/package/list
sync
`;

const say = (line: string): void => {
  console.error(line);
};

const { whole, theirs } = await allOfADisk();
const { boot, pack } = await whatChanged();
console.table({
  whole: { ...figures(whole), 'ratio to qemu-img': round(whole.transfer.seconds / theirs.seconds) },
  'after one boot': { ...figures(boot.capture), ...layerFigures(boot) },
  'after one package': { ...figures(pack.capture), ...layerFigures(pack) },
  'qemu-img convert': { 'transfer s': round(theirs.seconds), 'stored MiB': mebibytes(theirs.stored) },
});

/** As where no layers are allowed: every cluster of the disk is read through the host and compressed anew. */
async function allOfADisk(): Promise<{ whole: CaptureFigures; theirs: { seconds: number; stored: number } }> {
  say('all of a disk');
  const installation = await openInstallation(say, { catalog: { CATALOG_MAXIMUM_LAYERS: '0' } });
  try {
    const raw = await disk(installation.directory, installation.qemuImg);
    const bench = new CaptureBench(installation);
    const image = await bench.importDisk(raw);
    await bench.capture(await bench.server(image), 'warm-up'); // a service that runs has captured before
    const figures = await bench.capture(await bench.server(image), 'whole');
    return { whole: figures, theirs: await convert(raw, installation.qemuImg) };
  } finally {
    await installation.close();
  }
}

async function whatChanged(): Promise<Record<'boot' | 'pack', Layer>> {
  say('what changed');
  const installation = await openInstallation(say);
  try {
    const raw = await disk(installation.directory, installation.qemuImg);
    const bench = new CaptureBench(installation);
    const image = await bench.importDisk(raw);
    const layer = async (name: string, guest: Parameters<CaptureBench['server']>[1]): Promise<Layer> => {
      const capture = await bench.capture(await bench.server(image, guest), name);
      return { capture, changed: await bench.difference(raw, name) };
    };
    await layer('warm-up', { until: BOOT_MARKER });
    return {
      boot: await layer('booted', { until: BOOT_MARKER }),
      pack: await layer('packaged', { until: USER_DATA_MARKER, user_data: PACKAGE }),
    };
  } finally {
    await installation.close();
  }
}

interface Layer {
  readonly capture: CaptureFigures;
  readonly changed: { readonly clusters: number; readonly compressed: number };
}

async function disk(directory: string, qemuImg: string): Promise<string> {
  const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(600_000), report: say };
  const demo = await provideDemoImage({ directory: join(PACKAGE_CACHE, '../demo-image'), qemuImg, cache });
  return makeDisk(directory, demo, qemuImg);
}

function figures({ seconds, transfer, read, stored }: CaptureFigures): Record<string, number> {
  return {
    'transfer s': round(transfer.seconds),
    'transfer CPU s': round(transfer.cpuSeconds),
    'job overhead s': round(seconds - transfer.seconds),
    'read MiB': mebibytes(read),
    'stored MiB': mebibytes(stored),
  };
}

function layerFigures({ capture, changed }: Layer): Record<string, number> {
  return {
    'changed clusters': changed.clusters,
    'stored allowed MiB': mebibytes(1.3 * changed.compressed + 5 * MIB),
    'read of whole %': round((100 * capture.read) / whole.read),
    'CPU of whole %': round((100 * capture.transfer.cpuSeconds) / whole.transfer.cpuSeconds),
  };
}

/** What everybody else does with a stopped server's disk. */
async function convert(raw: string, qemuImg: string): Promise<{ seconds: number; stored: number }> {
  const out = `${raw}.converted`;
  const begun = performance.now();
  const options = ['-c', '-o', 'compression_type=zstd', '-m', '16', '-W'];
  await run(qemuImg, ['convert', ...options, '-f', 'raw', '-O', 'qcow2', raw, out]);
  const seconds = (performance.now() - begun) / 1000;
  const { size } = await stat(out);
  await rm(out);
  return { seconds, stored: size };
}

function mebibytes(bytes: number): number {
  return round(bytes / MIB);
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
