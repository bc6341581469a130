import { z } from 'zod';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { firstImportDiskFormat, imageSource, storedObject } from './image.ts';
import { jobView } from './job.ts';
import { byteCount } from './scalars.ts';
import { resumableUpload } from './resumable-upload.ts';
import { objectStoreRecord } from './tenant-object-store.ts';

const job = z.object({ job: jobView, image_id: z.uuid() });

/** A tenant's import of a raw or qcow2 file was accepted: the image is registered, its job waits. */
export const ImageImportRequestedV1 = defineEvent(
  'import',
  'ImageImportRequested',
  1,
  job.extend({ source_uri: z.string(), disk_format: firstImportDiskFormat }),
);
/**
 * The same of a file that version 1 has no word for, for its format or because it is packed. Each import is told of in one
 * of the two.
 */
export const ImageImportRequestedV2 = defineEvent(
  'import',
  'ImageImportRequested',
  2,
  job.extend({ source_uri: z.string(), disk_format: z.string(), compression: z.string().nullable() }),
);
/** The job moved: a new phase or more bytes, at most once a second. */
export const ImageImportProgressedV1 = defineEvent('import', 'ImageImportProgressed', 1, job);
/** The bytes are stored, sealed and verified; catalog makes the image active on this. */
export const ImageImportedV1 = defineEvent(
  'import',
  'ImageImported',
  1,
  job.extend({ object: storedObject, source: imageSource }),
);
/** The import ended without an image; whatever it had stored is abandoned. */
export const ImageImportFailedV1 = defineEvent(
  'import',
  'ImageImportFailed',
  1,
  job.extend({ error: refusalDocument }),
);
/** The tenant cancelled the import, or deleted the image in the making. */
export const ImageImportCancelledV1 = defineEvent(
  'import',
  'ImageImportCancelled',
  1,
  job.extend({ error: refusalDocument }),
);

const upload = z.object({ upload_session_id: z.uuid(), image_id: z.uuid() });

/** A file sent by its owner is stored as it came, and inspected; catalog makes the image active on this. */
export const ImageUploadedV1 = defineEvent('import', 'ImageUploaded', 1, upload.extend({ object: storedObject }));
/** An upload ended without an image; whatever it had stored is abandoned, and the image waits for another one. */
export const ImageUploadFailedV1 = defineEvent(
  'import',
  'ImageUploadFailed',
  1,
  upload.extend({ error: refusalDocument }),
);

/** A file sent by its owner is kept as it came, and waits to be imported into its image. */
export const ImageStagedV1 = defineEvent('import', 'ImageStaged', 1, upload.extend({ size: byteCount }));

const resumable = z.object({ upload: resumableUpload });

/** A project begins to send a file in parts; no image is made of it yet. */
export const UploadStartedV1 = defineEvent('import', 'UploadStarted', 1, resumable);
/** The file is whole, and is the one its owner named by its hash: it can be imported. */
export const UploadCompletedV1 = defineEvent('import', 'UploadCompleted', 1, resumable);
/** The file is not the one its owner named by its hash, or the store lost of it; its bytes are erased. */
export const UploadFailedV1 = defineEvent('import', 'UploadFailed', 1, resumable);
/** Its owner gave the file up, or nothing was done with it until it expired; its bytes are erased. */
export const UploadAbandonedV1 = defineEvent('import', 'UploadAbandoned', 1, resumable);
/** Without its key, public part and all. */
const objectStore = z.object({ object_store: objectStoreRecord.omit({ access_key: true }) });

/** A project told of an object store of its own, to import from. */
export const ObjectStoreCreatedV1 = defineEvent('import', 'ObjectStoreCreated', 1, objectStore);
/** Its project replaced what it is; maybe only its key. */
export const ObjectStoreReplacedV1 = defineEvent('import', 'ObjectStoreReplaced', 1, objectStore);
/** Nothing can be imported from it any more. */
export const ObjectStoreDeletedV1 = defineEvent('import', 'ObjectStoreDeleted', 1, objectStore);
