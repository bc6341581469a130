import { z } from 'zod';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { exportDestination, exportDiskFormat, exportedFile } from './export.ts';
import { storedObject } from './image.ts';
import { jobView } from './job.ts';
import { imageInRegion, instant } from './scalars.ts';
import { MOST_DATA_DISKS } from './server.ts';

const job = z.object({ job: jobView, image_id: z.uuid() });
const failed = job.extend({ error: refusalDocument });

/** An export of an image to a bucket was accepted; its job waits. */
export const ImageExportRequestedV1 = defineEvent(
  'export',
  'ImageExportRequested',
  1,
  job.extend({ destination: exportDestination, disk_format: exportDiskFormat, overwrite: z.boolean() }),
);
/** The job moved: a new phase or more bytes, at most once a second. */
export const ImageExportProgressedV1 = defineEvent('export', 'ImageExportProgressed', 1, job);
/** The file is in the bucket and was read back; of a full machine that of the system disk, the others and their list beside it. */
export const ImageExportedV1 = defineEvent('export', 'ImageExported', 1, job.extend({ file: exportedFile }));
/** The export ended without a file; what it had stored is taken away again. */
export const ImageExportFailedV1 = defineEvent('export', 'ImageExportFailed', 1, failed);
/** Somebody cancelled the export. */
export const ImageExportCancelledV1 = defineEvent('export', 'ImageExportCancelled', 1, failed);

/** A copy of an image under a new name was accepted: the image that is made is registered, its job waits. */
export const ImageCopyRequestedV1 = defineEvent(
  'export',
  'ImageCopyRequested',
  1,
  job.extend({ source: imageInRegion }),
);
/** The job moved: a new phase or more bytes, at most once a second. */
export const ImageCopyProgressedV1 = defineEvent('export', 'ImageCopyProgressed', 1, job);
/** The bytes of the copy are stored and were read back; catalog makes the image active on this. */
export const ImageCopiedV1 = defineEvent(
  'export',
  'ImageCopied',
  1,
  job.extend({ source: imageInRegion, object: storedObject }),
);
/** The same of a full machine: the object is that of its system disk. */
export const FullMachineCopiedV1 = defineEvent(
  'export',
  'FullMachineCopied',
  1,
  job.extend({
    source: imageInRegion,
    object: storedObject,
    data_disks: z.array(z.object({ image_id: z.uuid(), object: storedObject })).max(MOST_DATA_DISKS),
  }),
);
/** The copy ended without an image; what it had stored is abandoned. */
export const ImageCopyFailedV1 = defineEvent('export', 'ImageCopyFailed', 1, failed);
/** Somebody cancelled the copy, or deleted the image in the making. */
export const ImageCopyCancelledV1 = defineEvent('export', 'ImageCopyCancelled', 1, failed);

/** Somebody made a link with which an image can be read without logging in, until it expires. */
export const ImageDownloadLinkCreatedV1 = defineEvent(
  'export',
  'ImageDownloadLinkCreated',
  1,
  z.object({ link_id: z.uuid(), image_id: z.uuid(), disk_format: exportDiskFormat, expires_at: instant }),
);
