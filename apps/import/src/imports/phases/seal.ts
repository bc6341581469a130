import { crc32 } from 'node:zlib';
import { type SealedImage, sealStoredImage } from '@imago/disk-image';
import { completedObject } from '@imago/image-transfer';
import { required, type StoredPart } from '@imago/jobs';
import { indexKey, type ObjectFacts, type UploadedPart, uploadedParts } from '@imago/object-store';
import type { ImportPhaseContext } from '../import-job.ts';
import { isKept } from '../kept-file.ts';
import { uploadOf } from './image-upload.ts';
import { sealKept } from './kept-file-phases.ts';
import { type ImportPhase, type ImportTools, imageStore } from './import-phase.ts';

/** The head of an image: the tables that say where the clusters are, known only when all are stored. */
const HEAD_PART = 1;

/** Writes the head and makes one object of the parts. When the object stands already, only the rest is done. */
export function seal(tools: ImportTools): ImportPhase {
  return async (context) => {
    if (isKept(context.job.input.disk_format)) return sealKept(context, tools);
    const { job, data, signal } = context;
    const store = imageStore(tools, job);
    const { key } = required(data.object, 'object');
    const parts = await tools.parts.list(job.id);
    const image = sealStoredImage(
      Number(required(data.inspection, 'inspection').virtual_size),
      parts.filter((part) => part.part_number !== HEAD_PART),
    );
    const uploaded = await uploadedParts(store, uploadOf(data), signal);
    const object =
      uploaded === null
        ? await completedObject(store, key, { size: image.size, signal })
        : await complete(context, tools, { image, parts, uploaded });
    // Neither upload nor object: somebody swept them. Catalog decides whether the image may be written once more.
    if (object === null) return { next: 'transfer', data: { ...data, upload: undefined } };
    await store.put(indexKey(key), image.index, signal);
    const sealed = {
      size: image.size,
      etag: object.etag,
      index_hash: image.indexHash,
      allocated_bytes: image.allocatedBytes.toString(),
    };
    return { next: 'verify', data: { ...data, sealed } };
  };
}

interface Sealing {
  readonly image: SealedImage;
  readonly parts: readonly StoredPart[];
  readonly uploaded: readonly UploadedPart[];
}

/** Uploads the head, unless an earlier attempt did, and completes the upload. */
async function complete(
  context: ImportPhaseContext,
  tools: ImportTools,
  { image, parts, uploaded }: Sealing,
): Promise<ObjectFacts> {
  const { job, data, signal } = context;
  const store = imageStore(tools, job);
  const upload = uploadOf(data);
  const known = parts.find((part) => part.part_number === HEAD_PART);
  const isThere = uploaded.some((part) => part.part_number === HEAD_PART && part.etag === known?.etag);
  let head = known;
  if (head === undefined || !isThere) {
    await context.assertLease();
    const { etag } = await store.uploadPart(upload, HEAD_PART, image.head, signal);
    head = {
      part_number: HEAD_PART,
      etag,
      size: image.head.length,
      crc32: crc32(image.head),
      clusters: Buffer.alloc(0),
    };
    const journaled = head;
    await context.save(data, (tx) => tools.parts.record(tx, job.id, journaled));
  }
  const all = [head, ...parts.filter((part) => part.part_number !== HEAD_PART)];
  // The last moment at which a worker that lost its job can keep its hands off the object.
  await context.assertLease();
  return store.completeMultipart(
    upload,
    all.map(({ part_number, etag }) => ({ part_number, etag })),
    signal,
  );
}
