import { crc32 } from 'node:zlib';
import type { PartRecord } from '@imago/disk-image';
import type { StoredPart } from '@imago/jobs';
import type { ImageJobContext } from '../jobs/image-job.ts';
import { type JobTools, storeOf } from '../jobs/job-tools.ts';
import type { ImageUpload } from './image-upload.ts';

/** Uploads a part and journals it: from then on it counts, and no worker makes it again. */
export async function storePart(
  context: ImageJobContext,
  tools: JobTools,
  { upload, data }: Pick<ImageUpload, 'upload' | 'data'>,
  { record, body, signal }: { record: PartRecord; body: readonly Buffer[]; signal: AbortSignal },
): Promise<StoredPart> {
  const { job } = context;
  const sum = body.reduce((sumSoFar, bytes) => crc32(bytes, sumSoFar), 0);
  const { etag } = await storeOf(tools, job).uploadPart(upload, record.part_number, body, signal);
  const part = { ...record, etag, crc32: sum };
  await context.save(data, (tx) => tools.parts.record(tx, job.id, part));
  return part;
}
