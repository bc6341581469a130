import { type CopiedObject, DescribeCopySource, Refusal, refusal } from '@imago/contracts';
import { type ByteSource, toldSource } from '@imago/disk-image';
import { serviceContext } from '@imago/identity';
import { openFlattened, readIndex, type StoredSource, storedSourceOf } from '@imago/image-transfer';
import { FinalFailureError, untilAborted } from '@imago/jobs';
import { ObjectSource, type ObjectStore } from '@imago/object-store';
import { failuresOfImage, type ReadImage } from '../jobs/image-failures.ts';
import type { JobTools } from '../jobs/job-tools.ts';
import { copyOf, type TransferJobContext } from '../jobs/transfer-job.ts';

/**
 * What catalog says the bytes of the image lie in that a job copies, of a machine those of the disk whose turn it is, as long as its project may.
 * @throws FinalFailureError copy.image_deleted, and Refusals as the contract of `catalog.describeCopySource` names them
 */
export async function describeSource(
  { job, data, signal }: TransferJobContext,
  tools: JobTools,
): Promise<CopiedObject> {
  const { source, by_operator } = copyOf(job);
  const asked = tools.requests.send(
    DescribeCopySource,
    {
      ...{ ...source, by_operator, public_images: tools.config.EXPORT_PUBLIC_IMAGES },
      disk_image_id: data.disk?.source_image_id ?? null,
    },
    { context: serviceContext('export', job.project_id, job.correlation_id) },
  );
  try {
    return (await untilAborted(asked, signal)).object;
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'image.not_found')) throw error;
    throw new FinalFailureError(
      refusal('copy.image_deleted', 'The image was deleted, or taken back from the project, while it was copied.'),
    );
  }
}

/** The store the copied image is in. */
export function sourceStore(tools: Pick<JobTools, 'regions'>, job: TransferJobContext['job']): ObjectStore {
  return tools.regions.get(copyOf(job).source.region).store;
}

/** The file that `/file` of an image gives, byte by byte the same wherever it lies. */
export interface CopiedFile {
  readonly source: ByteSource;
  /** The object that is the file, when the store of the copy may have it too. */
  readonly stored: StoredSource | null;
}

export async function openCopied(
  context: TransferJobContext,
  tools: JobTools,
  object: CopiedObject,
): Promise<CopiedFile> {
  const image = readImage(context, tools, object);
  const file = await failuresOfImage(image, () => openFile(sourceStore(tools, context.job), object, context.signal));
  if (file.size !== Number(object.file_size)) throw damaged();
  const source = toldSource(file, (read) => failuresOfImage(image, read));
  return { source, stored: inSameStore(context, tools, { key: object.key, file }) };
}

/** Regions with different endpoints are never asked: a bucket of that name may be another one there. */
function inSameStore(
  { job }: TransferJobContext,
  { regions }: JobTools,
  { key, file }: { readonly key: string; readonly file: ByteSource },
): StoredSource | null {
  const { bucket, endpoint } = regions.get(copyOf(job).source.region);
  return endpoint === regions.get(job.region).endpoint ? storedSourceOf(file, { bucket, key }) : null;
}

/** The index of the copied image, as it is stored; null of a file that is kept as it came. */
export async function readCopiedIndex(
  context: TransferJobContext,
  tools: JobTools,
  object: CopiedObject,
): Promise<Buffer | null> {
  const { index_hash } = object;
  if (index_hash === null) return null;
  const { packed } = await failuresOfImage(readImage(context, tools, object), () =>
    readIndex(sourceStore(tools, context.job), { ...object, index_hash }, context.signal),
  );
  return packed;
}

function readImage(context: TransferJobContext, tools: JobTools, { object_id }: CopiedObject): ReadImage {
  return {
    objectId: object_id,
    objectNow: async () => (await describeSource(context, tools)).object_id,
    damaged,
  };
}

/** What the job fails with when the image does not read as it was stored. */
export function damaged(): Error {
  return refusal('copy.image_damaged', 'The image is not in its store as it was stored.');
}

async function openFile(store: ObjectStore, object: CopiedObject, signal: AbortSignal): Promise<ByteSource> {
  const { index_hash, layers } = object;
  if (layers.length === 0) return ObjectSource.open(store, object.key, signal);
  if (index_hash === null) throw new Error(`object ${object.object_id} is a layer and has no index`);
  return (await openFlattened(store, { ...object, disk_format: 'qcow2', index_hash }, signal)).source;
}
