import type { HeldObject } from '@imago/contracts';
import { type Declared, examineInJob } from '@imago/image-transfer';
import { required, WorkProgress } from '@imago/jobs';
import { Logger } from '@nestjs/common';
import type { ImageJobData } from '../../jobs/image-job.ts';
import { type JobTools, storeOf } from '../../jobs/job-tools.ts';
import { captureExamined } from '../capture-events.ts';
import { imageOfDisk, nextDisk } from '../machine-disks.ts';
import type { CapturePhase } from './capture-phase.ts';

/**
 * Looks at the disk as it is stored, layers and all, and tells what servers made of it will find. The image becomes
 * active whatever that is. Of a machine the next disk has its turn then.
 */
export function examine(tools: JobTools): CapturePhase {
  const log = new Logger('ExaminePhase');
  return async (context) => {
    const { job, data } = context;
    const { size } = required(data.sealed, 'sealed');
    const examined = await examineInJob(context, {
      store: storeOf(tools, job),
      object: storedObject(data),
      declared: data.declared ?? undeclared(data),
      progress: new WorkProgress(BigInt(required(data.work, 'work'))).readBack(size, size),
      attempts: tools.config.CAPTURE_MAXIMUM_ATTEMPTS,
      log,
    });
    const next = nextDisk(job, data);
    const tells = captureExamined(imageOfDisk(job, data), examined);
    return next === null ? { next: 'activate', data, tells } : { next: 'map', data: next, tells };
  };
}

/** Of a capture that was accepted before its image's facts were kept with it. */
function undeclared(data: ImageJobData): Declared {
  const { disk } = required(data.origin, 'origin');
  return { image_type: disk, architecture: null, os_distro: null, os_version: null, boot_mode: null };
}

/** A layer lies on what the disk was made from, and on what that lies on. */
function storedObject(data: ImageJobData): HeldObject {
  const { object_id, key, parent_object_id } = required(data.object, 'object');
  const { size, index_hash, virtual_size } = required(data.sealed, 'sealed');
  const { base } = required(data.disk, 'disk');
  const layers = parent_object_id === null || base === null ? [] : [base, ...base.layers];
  return {
    ...{ object_id, key, virtual_size, index_hash, disk_format: 'qcow2', size: size.toString() },
    layers: layers.map((layer) => ({ object_id: layer.object_id, key: layer.key, size: layer.size })),
  };
}
