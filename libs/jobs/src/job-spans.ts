import { ATTRIBUTE, contextOf, type Span, SpanKind, type SpanPlan, subjectsOf, traced } from '@imago/tracing';
import type { JobRecord } from './job-record.ts';

type Job = JobRecord<unknown, unknown>;

/** One holding of a job as a span of the trace that asked for the job, whichever process holds it. */
export function asAttempt<T>(job: Job, work: (span: Span) => Promise<T>): Promise<T> {
  const plan = (): SpanPlan => ({
    kind: SpanKind.INTERNAL,
    parent: contextOf(job.traceparent),
    attributes: {
      ...aboutJob(job),
      [ATTRIBUTE.jobAttempt]: job.attempt,
      [ATTRIBUTE.jobFencingToken]: Number(job.fencing_token),
    },
  });
  return traced(`job ${job.type}`, plan, work);
}

/** The phase a job is in as a span of its attempt. */
export function asPhase<T>(job: Job, work: () => Promise<T>): Promise<T> {
  const plan = (): SpanPlan => ({
    kind: SpanKind.INTERNAL,
    attributes: { ...aboutJob(job), [ATTRIBUTE.jobPhase]: job.phase },
  });
  return traced(`phase ${job.phase}`, plan, work);
}

function aboutJob({ id, type, image_id, project_id }: Job): SpanPlan['attributes'] {
  return {
    [ATTRIBUTE.jobType]: type,
    ...subjectsOf({ job_id: id, image_id, project_id }),
  };
}
