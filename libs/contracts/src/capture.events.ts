import { z } from 'zod';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { capturedDataDisk, capturedObject, imageOrigin, storedObject } from './image.ts';
import { jobView } from './job.ts';
import { MOST_DATA_DISKS } from './server.ts';

const job = z.object({ job: jobView, image_id: z.uuid() });
const failed = job.extend({ error: refusalDocument });

/** A tenant's capture was accepted: its server is locked, its image registered, its job waits. */
export const ImageCaptureRequestedV1 = defineEvent(
  'capture',
  'ImageCaptureRequested',
  1,
  job.extend({ origin: imageOrigin }),
);
/** The job moved: a new phase or more bytes, at most once a second. */
export const ImageCaptureProgressedV1 = defineEvent('capture', 'ImageCaptureProgressed', 1, job);
/** The bytes are stored, sealed and verified; catalog makes the image active on this. */
export const ImageCapturedV1 = defineEvent(
  'capture',
  'ImageCaptured',
  1,
  job.extend({ object: capturedObject, origin: imageOrigin }),
);
/**
 * The bytes of all disks of a server are stored, sealed and verified; catalog makes its full-machine image active on this.
 * The object is that of the system disk, and there are as many data disks as were registered.
 */
export const FullMachineCapturedV1 = defineEvent(
  'capture',
  'FullMachineCaptured',
  1,
  job.extend({
    object: capturedObject,
    origin: imageOrigin,
    data_disks: z.array(capturedDataDisk).max(MOST_DATA_DISKS),
  }),
);
/** The capture ended without an image; its server is released and what it had stored is abandoned. */
export const ImageCaptureFailedV1 = defineEvent('capture', 'ImageCaptureFailed', 1, failed);
/** The tenant cancelled the capture, or deleted the image in the making. */
export const ImageCaptureCancelledV1 = defineEvent('capture', 'ImageCaptureCancelled', 1, failed);

/** A layered image is being read in full for its hashes. */
export const ImageDigestProgressedV1 = defineEvent('capture', 'ImageDigestProgressed', 1, job);
/** The hashes of a layered image are known; catalog records them. */
export const ImageDigestedV1 = defineEvent(
  'capture',
  'ImageDigested',
  1,
  job.extend({
    object_id: z.uuid(),
    checksum: storedObject.shape.checksum,
    os_hash_algo: storedObject.shape.os_hash_algo,
    os_hash_value: storedObject.shape.os_hash_value,
  }),
);
/** A layered image could not be read in full; it stays active without hashes, and its owner is told. */
export const ImageDigestFailedV1 = defineEvent('capture', 'ImageDigestFailed', 1, failed);

/** A layered image is to be stored whole. */
export const ImageFlattenRequestedV1 = defineEvent('capture', 'ImageFlattenRequested', 1, job);
/** The job moved. */
export const ImageFlattenProgressedV1 = defineEvent('capture', 'ImageFlattenProgressed', 1, job);
/** A layered image is stored whole under a new object; catalog reads it from there on this. */
export const ImageFlattenedV1 = defineEvent('capture', 'ImageFlattened', 1, job.extend({ object: storedObject }));
/** It stays layered; what was stored for it is abandoned. */
export const ImageFlattenFailedV1 = defineEvent('capture', 'ImageFlattenFailed', 1, failed);
/** The tenant cancelled the flattening, or deleted the image. */
export const ImageFlattenCancelledV1 = defineEvent('capture', 'ImageFlattenCancelled', 1, failed);
