import { DescribeLayers, refusal, type ResponseOf } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { type FlattenedSource, isDamage, isIndexed, openFlattened } from '@imago/image-transfer';
import { imageOf, untilAborted } from '@imago/jobs';
import type { ImageJobContext } from '../jobs/image-job.ts';
import { type JobTools, storeOf } from '../jobs/job-tools.ts';

export type DescribedLayers = ResponseOf<typeof DescribeLayers>;

/** What catalog says an image's bytes lie in. @throws Refusal image.not_found, image.not_active */
export function describeLayers({ job, signal }: ImageJobContext, tools: JobTools): Promise<DescribedLayers> {
  const asked = tools.requests.send(
    DescribeLayers,
    { image_id: imageOf(job), region: job.region },
    { context: serviceContext('capture', job.project_id, job.correlation_id) },
  );
  return untilAborted(asked, signal);
}

/**
 * Opens the flattened form of an image whose layers are known.
 * @throws Refusal capture.verification_failed when the store does not have what was stored.
 */
export async function openLayered(
  { job, signal }: ImageJobContext,
  tools: JobTools,
  { object }: DescribedLayers,
): Promise<FlattenedSource> {
  if (!isIndexed(object)) throw refusal('image.not_layered', 'The image is kept as it was uploaded.');
  return damageIsTold(() => openFlattened(storeOf(tools, job), object, signal));
}

/** What is told of an image that cannot be read as it was stored. Anything that is not damage stays what it is. */
export async function damageIsTold<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw refusal('capture.verification_failed', 'A layer of the image is not as it was stored.');
  }
}
