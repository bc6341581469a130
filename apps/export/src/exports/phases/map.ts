import { WorkProgress } from '@imago/jobs';
import type { JobTools } from '../../jobs/job-tools.ts';
import { exportOf } from '../../jobs/transfer-job.ts';
import { describeImage, openSource } from '../image-source.ts';
import type { ExportPhase } from './export-phase.ts';

/** Learns how long the file will be; the place of every byte in it follows from the image. */
export function map(tools: JobTools): ExportPhase {
  return async (context) => {
    const described = await describeImage(context, tools);
    const { size } = (await openSource(context, tools, described)).source;
    const { checksum, os_hash_value, disk_format } = described.image;
    const isDisk = context.data.file?.position !== null;
    const isSameFile = isDisk && exportOf(context.job).disk_format === disk_format && checksum !== null;
    const hashes = isSameFile && { checksum, ...(os_hash_value !== null && { os_hash_value }) };
    context.progress(new WorkProgress(BigInt(size)).stored(0));
    return { next: 'transfer', data: { ...context.data, size, ...hashes } };
  };
}
