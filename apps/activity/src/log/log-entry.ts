import type { EventEnvelope } from '@imago/contracts';
import { z } from 'zod';

/** What the log keeps of an event beside the event itself, to find it and to put it in its place. */
export interface LogEntry {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly dataversion: number;
  readonly subject: string;
  /** The image it is about; null when it is about none. */
  readonly image_id: string | null;
  /** What its sequence counts the versions of. */
  readonly aggregate: string;
  /** '0' when the event carries none. */
  readonly sequence: string;
  readonly project_id: string;
  readonly region: string;
  /** The projects that may see it; operators see everything. */
  readonly audience: readonly string[];
  readonly actor: string | null;
  readonly correlation_id: string;
  /** When it happened, by the clock of the service it happened in. */
  readonly time: string;
}

/** Where events name their image and their job; anything else in them is nothing to the log. */
const named = z
  .object({
    image_id: z.uuid().optional().catch(undefined),
    image: z.object({ id: z.uuid() }).optional().catch(undefined),
    job: z.object({ id: z.uuid() }).optional().catch(undefined),
  })
  .catch({});

/** Reads an event for the log. Knows no types, so that it takes those of services to come. */
export function logEntryOf(event: EventEnvelope): LogEntry {
  const { image_id, image, job } = named.parse(event.data);
  const subjectImage = event.type.startsWith('Image') ? z.uuid().safeParse(event.subject).data : undefined;
  return {
    id: event.id,
    source: event.source,
    type: event.type,
    dataversion: event.dataversion,
    subject: event.subject,
    image_id: image_id ?? image?.id ?? subjectImage ?? null,
    // Events of a job are told of its image, but count the versions of the job: an image may have several.
    aggregate: job?.id ?? event.subject,
    sequence: event.sequence ?? '0',
    project_id: event.projectid,
    region: event.region,
    audience: event.audience.split(',').filter((project) => project !== ''),
    actor: event.actor ?? null,
    correlation_id: event.correlationid,
    time: event.time,
  };
}
