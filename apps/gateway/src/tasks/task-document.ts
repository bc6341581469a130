import type { JobOnBoard, JobState } from '@imago/contracts';
import { glanceTime } from '../images/glance-time.ts';

export type TaskStatus = 'pending' | 'processing' | 'success' | 'failure';

const STATUS: Readonly<Record<JobState, TaskStatus>> = {
  queued: 'pending',
  running: 'processing',
  cancelling: 'processing',
  succeeded: 'success',
  failed: 'failure',
  cancelled: 'failure',
};

export function taskStatus({ state }: JobOnBoard): TaskStatus {
  return STATUS[state];
}

/** The name of a type of job among tasks: an import is what Glance calls one, the others are our own. */
export function taskType({ type }: JobOnBoard): string {
  return type === 'import' ? 'api_image_import' : type;
}

/** A job as lists of tasks show it. */
export function partialTaskDocument(job: JobOnBoard): Readonly<Record<string, unknown>> {
  return {
    id: job.id,
    type: taskType(job),
    status: taskStatus(job),
    owner: job.project_id,
    image_id: job.image_id,
    expires_at: null, // jobs are kept
    created_at: glanceTime(job.created_at),
    updated_at: glanceTime(job.updated_at),
    self: `/v2/tasks/${job.id}`,
    schema: '/v2/schemas/task',
  };
}

/** A job as the OpenStack Image API shows a task. */
export function taskDocument(job: JobOnBoard): Readonly<Record<string, unknown>> {
  const isDone = job.state === 'succeeded';
  return {
    ...partialTaskDocument(job),
    input: job.image_id === null ? {} : { image_id: job.image_id },
    result: isDone && job.image_id !== null ? { image_id: job.image_id } : null,
    message: job.error === null ? '' : `${job.error.message} ${job.error.remedy}`,
  };
}
