import { z } from 'zod';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { imageSource, importDiskFormat, storedObject } from './image.ts';
import { jobView } from './job.ts';

const job = z.object({ job: jobView, image_id: z.uuid() });

/** A tenant's import was accepted: the image is registered, its job waits. */
export const ImageImportRequestedV1 = defineEvent(
  'import',
  'ImageImportRequested',
  1,
  job.extend({ source_uri: z.string(), disk_format: importDiskFormat }),
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
