import { refusal } from '@imago/contracts';
import { copyParts, FIRST_PART, openUpload } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { ObjectNotFoundError } from '@imago/object-store';
import type { JobTools } from '../../jobs/job-tools.ts';
import { failuresOfBucket } from '../bucket-failure.ts';
import { beginAgain, exportPlace } from '../export-place.ts';
import { describeImage, openSource } from '../image-source.ts';
import type { ExportPhase } from './export-phase.ts';

/** Writes the file in parts, each of which is in the journal before it counts. What is a file already, the store copies. */
export function transfer(tools: JobTools): ExportPhase {
  return async (context) => {
    const file = await openSource(context, tools, await describeImage(context, tools));
    if (file.source.size !== required(context.data.size, 'size')) {
      throw refusal('export.image_damaged', 'The image gives a file of another size than before.');
    }
    const place = await exportPlace(context, tools);
    const partSize = tools.config.EXPORT_PART_MIB * 2 ** 20;
    return failuresOfBucket(place.destination, async () => {
      try {
        const upload = await openUpload(context, place, FIRST_PART);
        if (upload === null) return beginAgain(context.data);
        // Parts that were not in our hands are proven by the hash of the image alone: without one they must be.
        const stored = context.data.checksum === undefined ? null : file.stored;
        await copyParts(context, place, { upload, source: file.source, stored, partSize });
        return { next: 'seal', data: upload.data };
      } catch (error) {
        if (error instanceof ObjectNotFoundError) return beginAgain(context.data);
        throw error;
      }
    });
  };
}
