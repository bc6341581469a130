import { crc32 } from 'node:zlib';
import { refusal } from '@imago/contracts';
import { type Inspection, type PartSink, writeStoredImage } from '@imago/disk-image';
import { required } from '@imago/jobs';
import type { ImportPhaseContext } from '../import-job.ts';
import { importProgress } from '../import-progress.ts';
import { sourceUri } from '../source/job-source.ts';
import { inspectionFailure, openSource } from '../source/open-source.ts';
import { isKept } from '../kept-file.ts';
import { type ImageUpload, openUpload } from './image-upload.ts';
import { transferKept } from './kept-file-phases.ts';
import { type ImportPhase, type ImportTools, imageStore } from './import-phase.ts';

/**
 * Streams the disk into the parts of the image. Every part is in the journal before it counts, so a worker that is lost
 * costs the parts that were in flight and no more.
 */
export function transfer(tools: ImportTools): ImportPhase {
  return async (context) => {
    if (isKept(context.job.input.disk_format)) return transferKept(context, tools);
    const { reader, inspection } = await openSource(context, tools);
    requireSameDisk(context, inspection);
    const upload = await openUpload(context, tools);
    const progress = importProgress(context.job, context.data);
    try {
      await writeStoredImage(reader, {
        done: upload.done,
        sink: journalingSink(context, tools, upload),
        signal: context.signal,
        progress: (bytesDone) => {
          context.progress(progress.stored(bytesDone));
        },
      });
    } catch (error) {
      throw inspectionFailure(error); // damage inside a compressed cluster shows only now
    }
    return { next: 'seal', data: upload.data };
  };
}

/** A server may keep to the version it named and send other bytes all the same. */
function requireSameDisk({ job, data }: ImportPhaseContext, { virtualSize }: Inspection): void {
  if (virtualSize.toString() === required(data.inspection, 'inspection').virtual_size) return;
  throw refusal(
    'import.source_changed',
    `${sourceUri(job.input.source)} holds another disk than when it was inspected.`,
  );
}

function journalingSink(context: ImportPhaseContext, tools: ImportTools, { upload, data }: ImageUpload): PartSink {
  const { job } = context;
  const store = imageStore(tools, job);
  return {
    store: async (record, body, signal) => {
      const sum = body.reduce((sumSoFar, bytes) => crc32(bytes, sumSoFar), 0);
      const { etag } = await store.uploadPart(upload, record.part_number, body, signal);
      await context.save(data, (tx) => tools.parts.record(tx, job.id, { ...record, etag, crc32: sum }));
    },
  };
}
