import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { JobView, ServerRecord } from '@imago/contracts';
import { processRunning } from '../import/cpu.ts';
import type { BenchInstallation } from '../import/installation.ts';
import { putInParts } from '../import/put-in-parts.ts';
import { differenceOf } from './disks.ts';
import { type CaptureFigures, measureCapture } from './phases.ts';

const run = promisify(execFile);

type Ordered = JobView & { readonly servers: readonly ServerRecord[] };

/** What a tenant does in the measurements of captures. */
export class CaptureBench {
  private readonly installation: BenchInstallation;

  constructor(installation: BenchInstallation) {
    this.installation = installation;
  }

  /** Captures the system disk of a stopped server, and tells what that took. */
  capture(serverId: string, name: string): Promise<CaptureFigures> {
    const { postgresUrl, system, directory, pids, tenant } = this.installation;
    const working = [
      ...(['capture', 'compute'] as const).map((service) => system.service(service).pid ?? 0),
      processRunning('disk-server/main', directory),
      pids.s3,
    ];
    return measureCapture(postgresUrl, working, async () => {
      const body = { server_id: serverId, source: { type: 'system_disk' }, name };
      return (await tenant.need<JobView>('POST', '/v1/captures', body)).id;
    });
  }

  /** A stopped server; its power is cut at once, or it is shut down when its guest has said something. */
  async server(
    imageId: string,
    { until, user_data = null }: { until?: string; user_data?: string | null } = {},
  ): Promise<string> {
    const { tenant } = this.installation;
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

  /** A raw disk as Imago stores it. */
  async importDisk(raw: string): Promise<string> {
    const { qemuImg, bucket, tenant, user } = this.installation;
    const path = `${raw}.qcow2`;
    await run(qemuImg, ['convert', '-c', '-o', 'compression_type=zstd', '-f', 'raw', '-O', 'qcow2', raw, path]);
    await putInParts(bucket, 'disk.qcow2', path);
    await rm(path);
    const job = await tenant.need<JobView>('POST', '/v1/imports', {
      source: `s3://${user.s3.bucket}/disk.qcow2`,
      ...{ disk_format: 'qcow2', name: 'imported', architecture: 'x86_64', os_distro: 'imago-demo', os_version: '1' },
      ...{ min_disk: 2, boot_mode: 'bios', enterprise_project_id: 'default', agreement_accepted: true },
    });
    await tenant.jobSucceeded(job.id);
    return job.image_id ?? '';
  }

  /** The disk of a captured image, held against the disk its server was made from. */
  async difference(before: string, name: string): Promise<{ clusters: number; compressed: number }> {
    const { tenant, directory, qemuImg } = this.installation;
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
}
