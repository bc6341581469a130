import { z } from 'zod';

/** Headers of a request. */
export const REQUEST_HEADER = {
  /** The signed context: who asks. A project id anywhere else in a message proves nothing. */
  context: 'imago_context',
  /** Milliseconds since 1970 after which nobody waits for the answer. Clocks must agree to within a time-out. */
  deadline: 'imago_deadline',
  /** W3C trace context of the asker's span; absent where nobody traces. */
  traceparent: 'traceparent',
} as const;

/** Larger answers are paged or streamed from the store. */
export const MAX_REPLY_BYTES = 1024 * 1024;

/** The body of a request, as Nest's RabbitMQ transport writes it. */
export const requestPacket = z.object({ id: z.string().min(1), pattern: z.string(), data: z.unknown() });
