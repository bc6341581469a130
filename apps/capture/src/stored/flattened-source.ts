import { DescribeLayers, refusal, type ResponseOf } from '@imago/contracts';
import { type ByteSource, flattenedImage, InspectionRefusal, StoredImageDamagedError } from '@imago/disk-image';
import { serviceContext } from '@imago/identity';
import { untilAborted } from '@imago/jobs';
import { ObjectChangedError, ObjectNotFoundError, ObjectSource } from '@imago/object-store';
import { type ImageJobContext, imageOf } from '../jobs/image-job.ts';
import { type JobTools, storeOf } from '../jobs/job-tools.ts';
import { readIndex, type StoredIndex } from './stored-index.ts';

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

/** What `/file` of a layered image gives, with the index that fixes it. */
export interface FlattenedSource extends StoredIndex {
  readonly source: ByteSource;
}

/**
 * Opens the flattened form of an image whose layers are known.
 * @throws Refusal capture.verification_failed when the store does not have what was stored.
 */
export async function openFlattened(
  { job, signal }: ImageJobContext,
  tools: JobTools,
  { object }: DescribedLayers,
): Promise<FlattenedSource> {
  if (object.index_hash === null) throw refusal('image.not_layered', 'The image is kept as it was uploaded.');
  const store = storeOf(tools, job);
  const stored = await readIndex(store, { ...object, index_hash: object.index_hash }, signal);
  try {
    const layers: ByteSource[] = [];
    for (const { key } of [object, ...object.layers]) layers.push(await ObjectSource.open(store, key, signal));
    return { ...stored, source: await flattenedImage(stored.index, layers, { signal }) };
  } catch (error) {
    throw layersFailure(error);
  }
}

/** What is told of layers that cannot be read as they were stored. Anything that is not damage stays what it is. */
export function layersFailure(error: unknown): unknown {
  const isDamage =
    error instanceof StoredImageDamagedError ||
    error instanceof InspectionRefusal ||
    error instanceof ObjectNotFoundError ||
    error instanceof ObjectChangedError;
  if (!isDamage) return error;
  return refusal('capture.verification_failed', 'A layer of the image is not as it was stored.');
}
