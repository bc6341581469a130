import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';

/** What the import service reads from its environment, once, at start. */
export const importConfig = z.object({
  ...serviceEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  IMAGO_CONTEXT_KEY: z.string().regex(/^([0-9a-f]{2}){32,}$/i),
  IMAGO_REGIONS_FILE: z.string().min(1),
  /** Imports at the same time in one process. One keeps it under 250 MiB, two under 300; more processes are the other way. */
  IMPORT_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(1),
  /** Seconds a claimed job stays claimed without a sign of life. */
  IMPORT_LEASE_SECONDS: z.coerce.number().int().min(2).max(600).default(15),
  /** Seconds without a byte or a phase after which an attempt is given up. */
  IMPORT_STALL_SECONDS: z.coerce.number().int().min(2).max(3600).default(60),
  /** Attempts an import gets before it has failed. */
  IMPORT_MAXIMUM_ATTEMPTS: z.coerce.number().int().min(1).max(100).default(5),
  /** Seconds after which an admission nobody finished is taken back. Longer than any request lives. */
  IMPORT_ADMISSION_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  /** Seconds an upload through the gateway stays open without a sign of life. */
  IMPORT_UPLOAD_LEASE_SECONDS: z.coerce.number().int().min(2).max(600).default(30),
  /** Seconds between two looks for uploads whose gateway is gone. */
  IMPORT_UPLOAD_SWEEP_SECONDS: z.coerce.number().min(0.05).max(600).default(2),
  /** The largest file that may be uploaded. Parts of any size follow from it. */
  IMPORT_UPLOAD_MAXIMUM_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(5 * 2 ** 40)
    .default(2 ** 40),
});

export type ImportConfig = z.output<typeof importConfig>;
