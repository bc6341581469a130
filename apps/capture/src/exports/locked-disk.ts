import { LockServerDisk, refusal, type RequestOf, type ResponseOf } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { required, untilAborted } from '@imago/jobs';
import type { CaptureInput, ImageJob, ImageJobContext, LockedDisk } from '../jobs/image-job.ts';
import type { JobTools } from '../jobs/job-tools.ts';

export type LockAnswer = ResponseOf<typeof LockServerDisk>;

/** What is asked of compute about the disk of a capture; the lock has the id of the capture. */
export function lockRequest(job: ImageJob, acquire: boolean): RequestOf<typeof LockServerDisk> {
  const { server_id, disk_id, scope = 'disk' } = captureOf(job);
  return { server_id, disk_id, scope, region: job.region, lock_id: job.id, acquire };
}

/** What a capture keeps of the disk it locked. */
export function lockedDisk({ id, size, generation, base }: LockAnswer['disk']): LockedDisk {
  return { id, size, generation, base };
}

/**
 * Looks at the lock, which is the one of this capture or none: a lock is never taken twice. So two looks that see the
 * same disk prove that nobody wrote it in between.
 * @throws Refusal server.not_locked, capture.disk_changed; server.not_found when the server is gone.
 */
export async function lookAtLock({ job, data, signal }: ImageJobContext, tools: JobTools): Promise<LockAnswer> {
  const context = serviceContext('capture', job.project_id, job.correlation_id);
  const known = required(data.disk, 'disk');
  const disk_id = data.origin?.disk === 'data_disk' ? known.id : null;
  const asked = tools.requests.send(LockServerDisk, { ...lockRequest(job, false), disk_id }, { context });
  const answer = await untilAborted(asked, signal);
  const { id, size, generation, base } = lockedDisk(answer.disk);
  const isSame = id === known.id && size === known.size && generation === known.generation;
  if (!isSame || base?.object_id !== known.base?.object_id) {
    throw refusal('capture.disk_changed', 'The disk is not the one that was locked any more.', { disk_id: known.id });
  }
  return answer;
}

export function captureOf(job: ImageJob): CaptureInput {
  return required(job.input.capture, 'capture');
}
