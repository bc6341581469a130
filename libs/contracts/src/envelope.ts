import { z } from 'zod';
import { instant, projectId, regionName } from './scalars.ts';

/**
 * The CloudEvents 1.0 envelope, structured JSON. The same bytes stand in the outbox, the queue, the stream and the log.
 * Extension attributes are lower-case words as CloudEvents requires.
 */
export const eventEnvelope = z.object({
  specversion: z.literal('1.0'),
  /** UUIDv7; consumers deduplicate on it. */
  id: z.uuid(),
  /** The service it happened in: `/imago/<service>`. */
  source: z.string().startsWith('/imago/'),
  /** The event's name, for example `ImageReady`. */
  type: z.string().regex(/^[A-Z][A-Za-z0-9]+$/),
  /** When it happened, by the clock of that service. */
  time: instant,
  /** The id of the image, job, server or project it is about. */
  subject: z.string().min(1).max(255),
  datacontenttype: z.literal('application/json'),
  /** The version of the contract of `data`. */
  dataversion: z.int().min(1),
  /** The project it belongs to. */
  projectid: projectId,
  /** The region it happened in. */
  region: regionName,
  /** The project ids that may see it, separated by commas; empty means operators only. */
  audience: z.string(),
  /** The same in everything that one request led to. */
  correlationid: z.string().min(1).max(128),
  /** The event or request that directly led to it. */
  causationid: z.string().max(128).optional(),
  /** W3C trace context. */
  traceparent: z.string().max(128).optional(),
  /** The version of the aggregate after the change, 19 digits, so that text order is number order. */
  sequence: z
    .string()
    .regex(/^\d{19}$/)
    .optional(),
  /** The user who caused it; absent when the system did. */
  actor: z.string().max(128).optional(),
  /** What happened, as the contract of the type says. */
  data: z.unknown(),
});

export type EventEnvelope<D = unknown> = Omit<z.output<typeof eventEnvelope>, 'data'> & { readonly data: D };
