import { type EventEnvelope, type JobView, jobView } from '@imago/contracts';
import { z } from 'zod';

const tellingOfJob = z.object({ job: jobView });

/** The job an event tells of; null when it tells of none. Any event may, also of a type this build does not know. */
export function jobIn(event: EventEnvelope): JobView | null {
  return tellingOfJob.safeParse(event.data).data?.job ?? null;
}
