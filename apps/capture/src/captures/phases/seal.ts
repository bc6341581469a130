import { flattenedSize, type SealedImage, sealStoredImage, unpackIndex } from '@imago/disk-image';
import { completedObject, completeUpload, storePart, uploadOf } from '@imago/image-transfer';
import { required, type StoredPart } from '@imago/jobs';
import { indexKey, type ObjectFacts, type UploadedPart, uploadedParts } from '@imago/object-store';
import type { ImageJobContext } from '../../jobs/image-job.ts';
import type { JobTools } from '../../jobs/job-tools.ts';
import { uploadPlace } from '../../stored/upload-place.ts';
import type { CapturePhase } from './capture-phase.ts';
import { indexedBase } from './read-plan.ts';

/** The head of an image: the tables that say where the clusters are, known only when all are stored. */
const HEAD_PART = 1;

/**
 * Writes the head and makes one object of the parts; beside it the index of the whole disk, for a layer its parent's
 * with what changed. When the object stands already, only the rest is done.
 */
export function seal(tools: JobTools): CapturePhase {
  return async (context) => {
    const { job, data, signal } = context;
    const place = uploadPlace(tools, job, data);
    const { store, key } = place;
    const parts = await tools.work.parts.list(job.id);
    const image = await sealedImage(context, tools, parts);
    const uploaded = await uploadedParts(store, uploadOf(data, key), signal);
    const object =
      uploaded === null
        ? await completedObject(store, key, { size: image.size, signal })
        : await complete(context, tools, { image, parts, uploaded });
    // Neither upload nor object: somebody swept them. Catalog decides whether the image may be written once more.
    if (object === null) return { next: 'map', data: { ...data, upload: undefined } };
    await store.put(indexKey(key), image.index, signal);
    const sealed = {
      size: image.size,
      etag: object.etag,
      index_hash: image.indexHash,
      virtual_size: required(data.disk, 'disk').size,
      allocated_bytes: image.allocatedBytes.toString(),
      file_size: isLayer(data) ? flattenedSize(unpackIndex(image.index)) : image.size,
    };
    return { next: 'verify', data: { ...data, sealed } };
  };
}

interface Sealing {
  readonly image: SealedImage;
  readonly parts: readonly StoredPart[];
  readonly uploaded: readonly UploadedPart[];
}

async function sealedImage(
  context: ImageJobContext,
  tools: JobTools,
  parts: readonly StoredPart[],
): Promise<SealedImage> {
  const { data } = context;
  const parent = isLayer(data) ? (await indexedBase(context, tools))?.index : undefined;
  const dataParts = parts.filter((part) => part.part_number !== HEAD_PART);
  return sealStoredImage(Number(required(data.disk, 'disk').size), dataParts, parent);
}

function isLayer(data: ImageJobContext['data']): boolean {
  return required(data.object, 'object').parent_object_id !== null;
}

/** Uploads the head, unless an earlier attempt did, and completes the upload. */
async function complete(
  context: ImageJobContext,
  tools: JobTools,
  { image, parts, uploaded }: Sealing,
): Promise<ObjectFacts> {
  const known = parts.find((part) => part.part_number === HEAD_PART);
  const isThere = uploaded.some((part) => part.part_number === HEAD_PART && part.etag === known?.etag);
  const head = known !== undefined && isThere ? known : await storeHead(context, tools, image);
  const place = uploadPlace(tools, context.job, context.data);
  return completeUpload(context, place, [head, ...parts.filter((part) => part.part_number !== HEAD_PART)]);
}

async function storeHead(context: ImageJobContext, tools: JobTools, { head }: SealedImage): Promise<StoredPart> {
  const { data, signal } = context;
  const place = uploadPlace(tools, context.job, data);
  await context.assertLease();
  const record = { part_number: HEAD_PART, size: head.length, clusters: Buffer.alloc(0) };
  return storePart(context, place, { upload: uploadOf(data, place.key), data }, { record, body: [head], signal });
}
