import type { HeldObject } from '@imago/contracts';
import { declaredOf, examineInJob } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { Logger } from '@nestjs/common';
import { importExamined } from '../import-events.ts';
import type { ImportData } from '../import-job.ts';
import { importProgress } from '../import-progress.ts';
import { type ImportPhase, type ImportTools, imageStore } from './import-phase.ts';

/**
 * Looks at the disk as it is stored and tells what servers made of it will find. The image becomes active whatever that
 * is.
 * @param attempts how many a phase may have
 */
export function examine(tools: ImportTools, attempts: number): ImportPhase {
  const log = new Logger('ExaminePhase');
  return async (context) => {
    const { job, data } = context;
    const { size } = required(data.sealed, 'sealed');
    const examined = await examineInJob(context, {
      store: imageStore(tools, job),
      object: storedObject(data),
      declared: declaredOf(job.input.facts),
      progress: importProgress(job, data).readBack(size, size),
      attempts,
      log,
    });
    return { next: job.input.offline === undefined ? 'activate' : 'scan', data, tells: importExamined(examined) };
  };
}

/** What the import has stored, as what a disk is read from. */
export function storedObject(data: ImportData): HeldObject {
  const { size, index_hash } = required(data.sealed, 'sealed');
  const { virtual_size } = required(data.inspection, 'inspection');
  const object = required(data.object, 'object');
  return { ...object, disk_format: 'qcow2', size: size.toString(), virtual_size, index_hash, layers: [] };
}
