import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { JobView, ServerRecord } from '@imago/contracts';
import { BOOT_MARKER, provideDemoImage, USER_DATA_MARKER } from '@imago/demo-image';
import { PACKAGE_CACHE } from '@imago/infra';
import { differenceOf, makeDisk } from './capture/disks.ts';
import { type CaptureFigures, measureCapture } from './capture/phases.ts';
import { processRunning } from './import/cpu.ts';
import { openInstallation } from './import/installation.ts';
import { putInParts } from './import/put-in-parts.ts';

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

type Ordered = JobView & { readonly servers: readonly ServerRecord[] };

const say = (line: string): void => {
  console.error(line);
};

const installation = await openInstallation(say);
const { tenant, directory, qemuImg, system } = installation;
try {
  const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(600_000), report: say };
  const demo = await provideDemoImage({ directory: join(PACKAGE_CACHE, '../demo-image'), qemuImg, cache });
  const raw = await makeDisk(directory, demo, qemuImg);
  const pids = [
    ...(['capture', 'compute'] as const).map((service) => system.service(service).pid ?? 0),
    processRunning('disk-server/main', directory),
    installation.pids.s3,
  ];
  const capture = (serverId: string, name: string): Promise<CaptureFigures> =>
    measureCapture(installation.postgresUrl, pids, () => order(serverId, name));

  say('all of a disk');
  const uploaded = await upload(raw);
  await capture(await serverOf(uploaded), 'warm-up'); // a service that runs has captured before
  const whole = await capture(await serverOf(uploaded), 'whole');
  const theirs = await convert(raw);

  say('what changed');
  const imported = await importDisk(raw);
  const booted = await serverOf(imported, { until: BOOT_MARKER });
  const boot = await capture(booted, 'booted');
  const bootDifference = await difference(raw, 'booted');
  const packaged = await serverOf(imported, { until: USER_DATA_MARKER, user_data: PACKAGE });
  const pack = await capture(packaged, 'packaged');
  const packDifference = await difference(raw, 'packaged');

  console.table({
    whole: { ...figures(whole), 'ratio to qemu-img': round(whole.transfer.seconds / theirs.seconds) },
    'after one boot': { ...figures(boot), ...layerFigures(boot, whole, bootDifference) },
    'after one package': { ...figures(pack), ...layerFigures(pack, whole, packDifference) },
    'qemu-img convert': { 'transfer s': round(theirs.seconds), 'stored MiB': mebibytes(theirs.stored) },
  });
} finally {
  await installation.close();
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

function layerFigures(
  layer: CaptureFigures,
  whole: CaptureFigures,
  changed: { readonly clusters: number; readonly compressed: number },
): Record<string, number> {
  return {
    'changed clusters': changed.clusters,
    'stored allowed MiB': mebibytes(1.3 * changed.compressed + 5 * MIB),
    'read of whole %': round((100 * layer.read) / whole.read),
    'CPU of whole %': round((100 * layer.transfer.cpuSeconds) / whole.transfer.cpuSeconds),
  };
}

/** The disk of a captured image, held against the disk its server was made from. */
async function difference(before: string, name: string): Promise<{ clusters: number; compressed: number }> {
  const { images } = await tenant.need<{ images: { id: string }[] }>('GET', `/v2/images?name=${name}`);
  const file = join(directory, `${name}.qcow2`);
  const after = join(directory, `${name}.raw`);
  const response = await tenant.fetch(`/v2/images/${images[0]?.id ?? ''}/file`);
  await writeFile(file, Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]));
  await run(qemuImg, ['convert', '-f', 'qcow2', '-O', 'raw', file, after]);
  const found = await differenceOf(before, after);
  await Promise.all([rm(file), rm(after)]);
  return found;
}

async function order(serverId: string, name: string): Promise<string> {
  const body = { server_id: serverId, source: { type: 'system_disk' }, name };
  return (await tenant.need<JobView>('POST', '/v1/captures', body)).id;
}

/** A stopped server, after its guest has said something when it was asked for. */
async function serverOf(
  imageId: string,
  { until, user_data = null }: { until?: string; user_data?: string | null } = {},
): Promise<string> {
  const body = { name: 'bench', image_id: imageId, flavor: 'tiny', user_data };
  const ordered = await tenant.need<Ordered>('POST', '/v1/servers', body);
  await tenant.jobSucceeded(ordered.id);
  const id = ordered.servers[0]?.id ?? '';
  const said = async (): Promise<string> =>
    (await tenant.need<{ output: string }>('GET', `/v1/servers/${id}/console`)).output;
  while (until !== undefined && !(await said()).includes(until)) await delay(200);
  const stop = await tenant.need<JobView>('POST', `/v1/servers/${id}/stop`, { hard: until === undefined });
  await tenant.jobSucceeded(stop.id);
  return id;
}

/** The disk as its owner uploads it: kept as it came, so that nothing can be a layer on it. */
async function upload(raw: string): Promise<string> {
  const fields = { name: 'uploaded', disk_format: 'raw', container_format: 'bare', min_disk: 2 };
  const { id } = await tenant.need<{ id: string }>('POST', '/v2/images', fields);
  const { status } = await tenant.fetch(`/v2/images/${id}/file`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: Readable.toWeb(createReadStream(raw)) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  if (status !== 204) throw new Error(`the upload was answered with ${status}`);
  return id;
}

/** The disk as Imago stores it. */
async function importDisk(raw: string): Promise<string> {
  const path = join(directory, 'disk.qcow2');
  await run(qemuImg, ['convert', '-c', '-o', 'compression_type=zstd', '-f', 'raw', '-O', 'qcow2', raw, path]);
  await putInParts(installation.bucket, 'disk.qcow2', path);
  await rm(path);
  const job = await tenant.need<JobView>('POST', '/v1/imports', {
    source: `s3://${installation.user.s3.bucket}/disk.qcow2`,
    ...{ disk_format: 'qcow2', name: 'imported', architecture: 'x86_64', os_distro: 'imago-demo', os_version: '1' },
    ...{ min_disk: 2, boot_mode: 'bios', enterprise_project_id: 'default', agreement_accepted: true },
  });
  await tenant.jobSucceeded(job.id);
  return job.image_id ?? '';
}

/** What everybody else does with a stopped server's disk. */
async function convert(raw: string): Promise<{ seconds: number; stored: number }> {
  const out = join(directory, 'converted.qcow2');
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
