import { crc32 } from 'node:zlib';
import { type PartSink, writeStoredImage } from '@imago/disk-image';
import { WorkProgress } from '@imago/jobs';
import { type ImportPhaseContext, required } from '../import-job.ts';
import { inspectionFailure, openSource } from '../source/open-source.ts';
import { type ImageUpload, openUpload } from './image-upload.ts';
import { type ImportPhase, type ImportTools, imageStore } from './import-phase.ts';

/**
 * Streams the disk into the parts of the image. Every part is in the journal before it counts, so a worker that is lost
 * costs the parts that were in flight and no more.
 */
export function transfer(tools: ImportTools): ImportPhase {
  return async (context) => {
    const { reader } = await openSource(context, tools.regions);
    const upload = await openUpload(context, tools);
    const allocated = required(context.data.inspection, 'inspection').allocated_bytes;
    const progress = new WorkProgress(BigInt(allocated));
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
