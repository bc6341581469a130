import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';

/** What the export service reads from its environment, once, at start. */
export const exportConfig = z.object({
  ...serviceEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  IMAGO_CONTEXT_KEY: z.string().regex(/^([0-9a-f]{2}){32,}$/i),
  IMAGO_REGIONS_FILE: z.string().min(1),
  /** Jobs at the same time in one process; more processes are the other way. */
  EXPORT_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  /** Seconds a claimed job stays claimed without a sign of life. */
  EXPORT_LEASE_SECONDS: z.coerce.number().int().min(2).max(600).default(15),
  /** Seconds without a byte or a phase after which an attempt is given up. */
  EXPORT_STALL_SECONDS: z.coerce.number().int().min(2).max(3600).default(60),
  /** Attempts a job gets before it has failed. */
  EXPORT_MAXIMUM_ATTEMPTS: z.coerce.number().int().min(1).max(100).default(5),
  /** MiB of a part of a file; two and more are in memory at once. Larger files have larger parts. */
  EXPORT_PART_MIB: z.coerce.number().int().min(5).max(512).default(16),
  /** Seconds after which an admission nobody finished is taken back. Longer than any request lives. */
  EXPORT_ADMISSION_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  /** Whether projects may export and copy public images, which are not theirs. */
  EXPORT_PUBLIC_IMAGES: z.stringbool().default(false),
  /** Seconds a link to an image may live at most. */
  EXPORT_LINK_MAXIMUM_SECONDS: z.coerce.number().int().min(60).max(2_592_000).default(86_400),
  /** Seconds between two looks for what ended exports have left in buckets of tenants. */
  EXPORT_SWEEP_SECONDS: z.coerce.number().min(0.05).max(3600).default(10),
});

export type ExportConfig = Readonly<z.output<typeof exportConfig>>;
