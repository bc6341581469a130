import { z } from 'zod';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { scanningJobView } from './job.ts';
import { imageScan } from './scan.ts';

const job = z.object({ job: scanningJobView, image_id: z.uuid() });
const ended = job.extend({ error: refusalDocument });

/** The files of an image are to be scanned for malware and secrets; its job waits. */
export const ImageScanRequestedV1 = defineEvent('import', 'ImageScanRequested', 1, job);
/** The job moved. */
export const ImageScanProgressedV1 = defineEvent('import', 'ImageScanProgressed', 1, job);
/**
 * What was found in the files of an image, or why they were not scanned; catalog keeps the newest beside the image. `job`
 * is the one that scanned them: of type `scan`, or the import that makes the image, before it is active.
 */
export const ImageScannedV1 = defineEvent('import', 'ImageScanned', 1, job.extend({ scan: imageScan }));
/** The scan could not be made: nothing is known of the image that was not known before. */
export const ImageScanFailedV1 = defineEvent('import', 'ImageScanFailed', 1, ended);
/** The tenant cancelled it, or deleted the image. */
export const ImageScanCancelledV1 = defineEvent('import', 'ImageScanCancelled', 1, ended);
