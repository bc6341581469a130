import { imageOf } from '@imago/jobs';
import type { EntityManager } from 'typeorm';
import type { ImportJob } from '../imports/import-job.ts';
import type { ResumableUploads } from './resumable-uploads.repository.ts';

/**
 * An image was made of an upload, in the transaction that ends its job: the file is not needed any more, unless another
 * import reads it. One that failed keeps the file, so that it can be declared differently without being sent again.
 */
export async function imported(tx: EntityManager, uploads: ResumableUploads, job: ImportJob): Promise<void> {
  const { source } = job.input;
  if (source.type !== 'upload' || job.state !== 'succeeded') return;
  const upload = await uploads.lock(tx, source.upload_id, job.region);
  if (upload?.state !== 'completed') return;
  const others = await uploads.beingImported(tx, [upload.id]); // this one has ended in `tx`
  if (others.size === 0) await uploads.end(tx, upload.id, { state: 'imported', image_id: imageOf(job) });
}
