import { reconciliationEnvironment } from '@imago/reconciliation';
import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';

/** What the capture service reads from its environment, once, at start. */
export const captureConfig = z.object({
  ...serviceEnvironment,
  ...reconciliationEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  IMAGO_CONTEXT_KEY: z.string().regex(/^([0-9a-f]{2}){32,}$/i),
  IMAGO_REGIONS_FILE: z.string().min(1),
  /** Jobs at the same time in one process, so that a long one holds up no locked server; more processes are the other way. */
  CAPTURE_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  /** Seconds a claimed job stays claimed without a sign of life. */
  CAPTURE_LEASE_SECONDS: z.coerce.number().int().min(2).max(600).default(15),
  /** Seconds without a byte or a phase after which an attempt is given up; also how long a host may be away. */
  CAPTURE_STALL_SECONDS: z.coerce.number().int().min(2).max(3600).default(60),
  /** Attempts a job gets before it has failed. */
  CAPTURE_MAXIMUM_ATTEMPTS: z.coerce.number().int().min(1).max(100).default(5),
  /** Seconds after which an admission nobody finished is taken back. Longer than any request lives. */
  CAPTURE_ADMISSION_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  /**
   * Seconds between two looks at the locks of servers: those of captures in the making are renewed, those of ended ones
   * released. Several times shorter than compute lets a lock live.
   */
  CAPTURE_LOCK_SECONDS: z.coerce.number().min(0.05).max(60).default(3),
  /** Seconds until a digest that failed for something that passes is begun again; each time of an image as much longer. */
  CAPTURE_DIGEST_RETRY_SECONDS: z.coerce.number().min(0.05).max(86_400).default(600),
  /** MiB of a part of a flattened image; two and more are in memory at once. Larger images have larger parts. */
  CAPTURE_FLATTEN_PART_MIB: z.coerce.number().int().min(5).max(512).default(16),
});

export type CaptureConfig = Readonly<z.output<typeof captureConfig>>;
