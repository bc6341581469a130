import { Logger } from '@nestjs/common';
import { requireDiskToFit } from '../disk-fit.ts';
import { importProgress } from '../import-progress.ts';
import { inspected, openFile } from '../source/open-source.ts';
import type { ImportPhase, ImportTools } from './import-phase.ts';

/** Judges the file before a byte of its data is used, and learns how much there is to do. */
export function inspect(tools: ImportTools): ImportPhase {
  const logger = new Logger('InspectPhase');
  return async (context) => {
    const { job, data } = context;
    const inspection = await inspected(await openFile(context, tools), job.input.disk_format, context.signal);
    const { virtualSize, allocatedBytes, warnings } = inspection;
    requireDiskToFit(job.input.facts, inspection);
    if (warnings.length > 0) logger.log({ job_id: job.id, warnings }, 'the image file is accepted with warnings');
    const found = {
      ...data,
      inspection: { virtual_size: virtualSize.toString(), allocated_bytes: allocatedBytes.toString() },
    };
    context.progress(importProgress(job, found).stored(0));
    const isChecked = job.input.checksum === null || data.unpacked !== undefined;
    return { next: isChecked ? 'transfer' : 'check', data: found };
  };
}
