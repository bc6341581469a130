import type { ExportDiskFormat, JobOnBoard } from '@imago/contracts';
import { cpuSecondsOf, peakResidentMib } from '../import/cpu.ts';
import type { BenchInstallation } from '../import/installation.ts';

export interface JobFigures {
  /** From the tenant's request to the end of the job. */
  readonly seconds: number;
  /** Of the service that does exports and copies. */
  readonly cpuSeconds: number;
  readonly job: JobOnBoard;
}

/** The image of a file in the tenant's bucket, which everything here is done with. */
export async function importImage({ tenant, user }: BenchInstallation, object: string): Promise<string> {
  const { id } = await tenant.need<{ id: string }>('POST', '/v1/imports', {
    source: `s3://${user.s3.bucket}/${object}`,
    name: 'source',
    disk_format: 'qcow2',
    os_distro: 'debian',
    os_version: '12',
    architecture: 'x86_64',
    min_disk: 2,
    enterprise_project_id: 'default',
    agreement_accepted: true,
  });
  return (await tenant.jobSucceeded(id)).image_id ?? '';
}

/** A whole export to the tenant's bucket: written, sealed and read back. */
export function exportImage(
  installation: BenchInstallation,
  image_id: string,
  { disk_format, object }: { readonly disk_format: ExportDiskFormat; readonly object: string },
): Promise<JobFigures> {
  const destination = { bucket: installation.user.s3.bucket, object };
  return measured(installation, '/v1/exports', { image_id, destination, disk_format, overwrite: true });
}

/** A whole copy within the region, an image of its own. It is deleted afterwards. */
export async function copyImage(installation: BenchInstallation, image_id: string): Promise<JobFigures> {
  const figures = await measured(installation, '/v1/copies', { image_id, name: 'copy' });
  await installation.tenant.need('DELETE', `/v2/images/${figures.job.image_id ?? ''}`);
  return figures;
}

/** MiB that the service has held at most since it began. */
export function peakOfExport({ system }: BenchInstallation): number {
  return peakResidentMib(exportPid(system));
}

async function measured({ tenant, system }: BenchInstallation, path: string, body: object): Promise<JobFigures> {
  const before = cpuSecondsOf(exportPid(system));
  const { id } = await tenant.need<{ id: string }>('POST', path, body);
  const job = await tenant.jobSucceeded(id);
  const seconds = (Date.parse(job.finished_at ?? '') - Date.parse(job.created_at)) / 1000;
  return { seconds, cpuSeconds: cpuSecondsOf(exportPid(system)) - before, job };
}

function exportPid(system: BenchInstallation['system']): number {
  const { pid } = system.service('export');
  if (pid === undefined) throw new Error('The export service does not run.');
  return pid;
}
