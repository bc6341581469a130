import type { JobOnBoard } from '@imago/contracts';
import { peakResidentMib, timed } from './cpu.ts';
import type { BenchInstallation } from './installation.ts';
import type { Source } from './sources.ts';

export interface ImportFigures {
  /** From the tenant's request to the end of the job. */
  readonly seconds: number;
  /** Of the import worker and the store. */
  readonly cpuSeconds: number;
  readonly storedSize: number;
  readonly peakResidentMib: number;
}

/** A whole import as a tenant sees it: inspected, stored, sealed, read back, hashed. The image is deleted afterwards. */
export async function importThroughImago(installation: BenchInstallation, source: Source): Promise<ImportFigures> {
  const { tenant, user, pids } = installation;
  let job: JobOnBoard | undefined;
  const { cpuSeconds } = await timed([pids.import, pids.s3], async () => {
    const { id } = await tenant.need<{ id: string }>('POST', '/v1/imports', {
      source: `s3://${user.s3.bucket}/${source.key}`,
      name: source.key,
      disk_format: 'qcow2',
      os_distro: 'debian',
      os_version: '12',
      architecture: 'x86_64',
      min_disk: 2,
      enterprise_project_id: 'default',
      agreement_accepted: true,
    });
    job = await tenant.jobSucceeded(id);
  });
  if (job?.finished_at == null) throw new Error('The job has not ended.');
  const seconds = (Date.parse(job.finished_at) - Date.parse(job.created_at)) / 1000;
  const image = await activeImage(installation, job.image_id ?? '');
  await tenant.need('DELETE', `/v2/images/${image.id}`);
  return { seconds, cpuSeconds, storedSize: image.size, peakResidentMib: peakResidentMib(pids.import) };
}

interface Image {
  readonly id: string;
  readonly status: string;
  readonly size: number;
}

async function activeImage({ tenant }: BenchInstallation, id: string): Promise<Image> {
  for (;;) {
    const image = await tenant.need<Image>('GET', `/v2/images/${id}`);
    if (image.status === 'active') return image;
  }
}
