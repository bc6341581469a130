import {
  type EventDefinition,
  type JobView,
  type RefusalDocument,
  ServerJobCancelledV1,
  ServerJobFailedV1,
  ServerJobProgressedV1,
  ServerJobRequestedV1,
  ServerJobSucceededV1,
} from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import { serverIdsOf, type ServerJob } from './server-job.ts';

/** What every event of such a job has in common. */
function about(event: EventDefinition, job: ServerJob, view: JobView, more: object = {}): NewEvent {
  return {
    event,
    subject: job.id,
    project_id: job.project_id,
    region: job.region,
    sequence: job.version,
    ...(job.actor === null ? {} : { actor: job.actor }),
    data: { job: view, task: job.input.task, server_ids: [...serverIdsOf(job.input)], ...more },
  };
}

export function jobRequested(job: ServerJob, view: JobView): NewEvent {
  return about(ServerJobRequestedV1, job, view);
}

export function jobProgressed(job: ServerJob, view: JobView): NewEvent {
  return about(ServerJobProgressedV1, job, view);
}

export function jobSucceeded(job: ServerJob, view: JobView): NewEvent {
  return about(ServerJobSucceededV1, job, view);
}

export function jobFailed(job: ServerJob, view: JobView, error: RefusalDocument): NewEvent {
  return about(ServerJobFailedV1, job, view, { error });
}

export function jobCancelled(job: ServerJob, view: JobView, error: RefusalDocument): NewEvent {
  return about(ServerJobCancelledV1, job, view, { error });
}
