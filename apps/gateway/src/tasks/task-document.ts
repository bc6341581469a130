import type { DescribeImports, JobOnBoard, JobState, ResponseOf } from '@imago/contracts';
import { glanceTime } from '../images/glance-time.ts';
import { storesOf } from '../stores/image-stores.ts';

/** How an import into a registered image was asked for. */
type Order = ResponseOf<typeof DescribeImports>['imports'][number];

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
export function taskDocument(job: JobOnBoard, order?: Order): Readonly<Record<string, unknown>> {
  const isDone = job.state === 'succeeded';
  return {
    ...partialTaskDocument(job),
    ...inputOf(job, order),
    result: isDone && job.image_id !== null ? { image_id: job.image_id } : null,
    message: job.error === null ? '' : `${job.error.message} ${job.error.remedy}`,
  };
}

/** The order of an import stands in its task as it was sent; of other jobs it is told which image they are about. */
function inputOf({ image_id, region }: JobOnBoard, order: Order | undefined): Readonly<Record<string, unknown>> {
  if (order === undefined) return { input: image_id === null ? {} : { image_id } };
  const { user_id, asked } = order;
  const import_req = { method: asked.method, stores: storesOf(region), all_stores_must_succeed: true };
  return { input: { image_id, import_req, backend: storesOf(region) }, request_id: asked.request_id, user_id };
}
