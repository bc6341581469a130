import { refusal } from '@imago/contracts';
import type { Inspection } from '@imago/disk-image';
import { Logger } from '@nestjs/common';
import type { ImportInput } from '../import-job.ts';
import { importProgress } from '../import-progress.ts';
import { openSource } from '../source/open-source.ts';
import type { ImportPhase, ImportTools } from './import-phase.ts';

const GIB = 2 ** 30;

/** Judges the file before a byte of its data is used, and learns how much there is to do. */
export function inspect(tools: ImportTools): ImportPhase {
  const logger = new Logger('InspectPhase');
  return async (context) => {
    const { job, data } = context;
    const { inspection } = await openSource(context, tools);
    const { virtualSize, allocatedBytes, warnings } = inspection;
    requireDiskToFit(job.input, inspection);
    if (warnings.length > 0) logger.log({ job_id: job.id, warnings }, 'the image file is accepted with warnings');
    const found = {
      ...data,
      inspection: { virtual_size: virtualSize.toString(), allocated_bytes: allocatedBytes.toString() },
    };
    context.progress(importProgress(job, found).stored(0));
    return { next: job.input.checksum === null ? 'transfer' : 'check', data: found };
  };
}

function requireDiskToFit({ facts }: ImportInput, { virtualSize }: Inspection): void {
  if (virtualSize <= facts.min_disk * GIB) return;
  const needed = Math.ceil(virtualSize / GIB);
  throw refusal(
    'image.disk_too_small',
    `The file holds a disk of ${virtualSize} bytes, which needs ${needed} GiB; the system disk has ${facts.min_disk} GiB.`,
    { min_disk: facts.min_disk, needed_min_disk: needed, virtual_size: virtualSize.toString() },
  );
}
