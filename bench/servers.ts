import { execFile } from 'node:child_process';
import { copyFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { JobView, ServerRecord } from '@imago/contracts';
import { BOOT_MARKER, provideDemoImage } from '@imago/demo-image';
import { PACKAGE_CACHE } from '@imago/infra';
import { type BenchInstallation, openInstallation } from './import/installation.ts';
import { putInParts } from './import/put-in-parts.ts';
import { bootLocally, startAlone } from './servers/local-boot.ts';

// npm run bench:servers: how long it takes from the order to a machine that runs, whatever the size of the image, what
// ten servers of one image cost, and how a first boot through the store compares with a boot from a file of this host.

const MIB = 2 ** 20;
const SIZES = [2, 20] as const;
const ROUNDS = 5;
const MANY = 10;
/** Milliseconds between two looks: seldom enough not to be in the way. */
const LOOK = 50;

type Ordered = JobView & { readonly servers: readonly ServerRecord[] };

const say = (line: string): void => {
  console.error(line);
};

const installation = await openInstallation(say);
const { tenant } = installation;
try {
  const disk = await provideDemoImage({
    directory: join(PACKAGE_CACHE, '../demo-image'),
    qemuImg: installation.qemuImg,
    cache: { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(600_000), report: say },
  });
  const rows: Record<string, Record<string, number>> = {};
  const images: string[] = [];
  for (const size of SIZES) images.push(await importResized(disk, size));
  await createAndDelete(images[0] ?? '', 1); // the first of all warms what every later one finds warm
  for (const [index, size] of SIZES.entries()) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await createAndDelete(images[index] ?? '', 1));
    const alone: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) alone.push(await startAlone(installation));
    const [total, machine] = [median(times), Math.round(median(alone))];
    rows[`${size} GiB image`] = { 'order to running ms': total, 'qemu alone ms': machine, 'ours ms': total - machine };
  }
  say(`${MANY} servers of one image`);
  const before = await hostBytes(installation);
  const ten = await create(images[0] ?? '', MANY);
  const written = (await hostBytes(installation)) - before;
  for (const { id } of ten.servers) await order('DELETE', `/v1/servers/${id}`);
  const boots = await compareBoots(disk, images);
  console.table(rows);
  console.table({
    [`${MANY} servers of one image`]: {
      'all running ms': Math.round(ten.milliseconds),
      'MiB written': round(written / MIB),
    },
  });
  console.table(boots);
} finally {
  await installation.close();
}

/** A first boot through the store, a second server of the same image, and the same disk as a file of this host. */
async function compareBoots(disk: string, [image = '']: readonly string[]): Promise<object> {
  say('boots');
  const fresh = await importResized(disk, SIZES[0]); // nothing of it has been read on this host
  const first = await bootThroughStore(fresh);
  const second = await bootThroughStore(fresh);
  const warm = await bootThroughStore(image);
  const local = await bootLocally(disk, installation);
  return {
    'first boot through the store': { seconds: round(first), 'of a local boot': round(first / local) },
    'second server of the image': { seconds: round(second), 'of a local boot': round(second / local) },
    'an image that was booted before': { seconds: round(warm), 'of a local boot': round(warm / local) },
    'from a file of this host': { seconds: round(local), 'of a local boot': 1 },
  };
}

async function bootThroughStore(imageId: string): Promise<number> {
  const begun = performance.now();
  const { servers } = await create(imageId, 1);
  const id = servers[0]?.id ?? '';
  const path = `/v1/servers/${id}/console`;
  while (!(await tenant.need<{ output: string }>('GET', path)).output.includes(BOOT_MARKER)) await delay(100);
  const seconds = (performance.now() - begun) / 1000;
  await order('DELETE', `/v1/servers/${id}`);
  return seconds;
}

async function createAndDelete(imageId: string, count: number): Promise<number> {
  const { servers, milliseconds } = await create(imageId, count);
  for (const { id } of servers) await order('DELETE', `/v1/servers/${id}`);
  return Math.round(milliseconds);
}

/** From the order until the last of the machines ran, by the servers' own records. */
async function create(
  imageId: string,
  count: number,
): Promise<{ servers: readonly ServerRecord[]; milliseconds: number }> {
  const begun = Date.now();
  const body = { name: 'bench', image_id: imageId, flavor: 'tiny', count };
  const { servers } = await tenant.need<Ordered>('POST', '/v1/servers', body);
  const ran: number[] = [];
  for (const { id } of servers) {
    for (;;) {
      const { status, fault, started_at } = await tenant.need<ServerRecord>('GET', `/v1/servers/${id}`);
      if (started_at !== null) {
        ran.push(Date.parse(started_at));
        break;
      }
      if (status === 'failed') throw new Error(fault?.message ?? 'a server failed');
      await delay(LOOK);
    }
  }
  const milliseconds = Math.max(...ran) - begun;
  for (const { id } of servers) await settled(id);
  return { servers, milliseconds };
}

async function settled(id: string): Promise<void> {
  while ((await tenant.need<ServerRecord>('GET', `/v1/servers/${id}`)).task !== null) await delay(LOOK);
}

async function order(method: string, path: string): Promise<void> {
  const { id } = await tenant.need<JobView>(method, path);
  await tenant.jobSucceeded(id);
}

/** The demo image on a disk of so many GiB. */
async function importResized(disk: string, size: number): Promise<string> {
  const path = join(installation.directory, `demo-${size}.qcow2`);
  await copyFile(disk, path);
  await promisify(execFile)(installation.qemuImg, ['resize', '-f', 'qcow2', path, `${size}G`]);
  await putInParts(installation.bucket, `demo-${size}.qcow2`, path);
  await rm(path);
  const job = await tenant.need<JobView>('POST', '/v1/imports', {
    source: `s3://${installation.user.s3.bucket}/demo-${size}.qcow2`,
    disk_format: 'qcow2',
    name: `demo ${size} GiB`,
    architecture: 'x86_64',
    os_distro: 'imago-demo',
    os_version: '1',
    min_disk: size,
    boot_mode: 'bios',
    enterprise_project_id: 'default',
    agreement_accepted: true,
  });
  await tenant.jobSucceeded(job.id);
  return job.image_id ?? '';
}

/** Bytes the host's disks take of servers, caches and all. */
async function hostBytes({ directory }: BenchInstallation): Promise<number> {
  const entries = await readdir(join(directory, 'compute'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).blocks * 512),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
