import type { EventDefinition, JobView, RefusalDocument } from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import { imageOf } from './job-data.ts';
import type { JobRecord } from './job-record.ts';

type ImageJob = JobRecord<unknown, unknown>;

/** What every event of a job that makes or reads an image has in common. */
export function aboutImageJob(event: EventDefinition, job: ImageJob, view: JobView, more: object = {}): NewEvent {
  return {
    event,
    subject: imageOf(job),
    project_id: job.project_id,
    region: job.region,
    sequence: job.version,
    ...(job.actor === null ? {} : { actor: job.actor }),
    data: { job: view, image_id: imageOf(job), ...more },
  };
}

/** The events of a type of job that say no more than how far it is, or that it ended without success. */
export interface ImageJobStory {
  readonly progressed: EventDefinition;
  readonly failed: EventDefinition;
  readonly cancelled: EventDefinition;
}

/** How such a job is told of, whatever its type. */
export interface ImageJobEvents<Job extends ImageJob> {
  readonly progressed: (job: Job, view: JobView) => NewEvent;
  readonly failed: (job: Job, view: JobView, error: RefusalDocument) => NewEvent;
  readonly cancelled: (job: Job, view: JobView, error: RefusalDocument) => NewEvent;
}

/** @param storyOf the events of the type a job is of */
export function imageJobEvents<Job extends ImageJob>(storyOf: (job: Job) => ImageJobStory): ImageJobEvents<Job> {
  return {
    progressed: (job, view) => aboutImageJob(storyOf(job).progressed, job, view),
    failed: (job, view, error) => aboutImageJob(storyOf(job).failed, job, view, { error }),
    cancelled: (job, view, error) => aboutImageJob(storyOf(job).cancelled, job, view, { error }),
  };
}
