import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';

/** What the quota service reads from its environment, once, at start. */
export const quotaConfig = z.object({
  ...serviceEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  IMAGO_CONTEXT_KEY: z.string().regex(/^([0-9a-f]{2}){32,}$/i),
  IMAGO_REGIONS_FILE: z.string().min(1),
  /** Images a project may have in a region when it has no limit of its own. */
  QUOTA_DEFAULT_IMAGES: z.coerce.number().int().min(0).max(1_000_000).default(10),
  /** Projects each image of a project may be shared with when it has no limit of its own. */
  QUOTA_DEFAULT_MEMBERS_PER_IMAGE: z.coerce.number().int().min(0).max(1000).default(10),
  /** GiB a project may store in a region when it has no limit of its own. */
  QUOTA_DEFAULT_STORAGE_GIB: z.coerce.number().int().min(0).max(10_485_760).default(20_480),
  /** Seconds between two looks for hours to meter. */
  QUOTA_METER_SECONDS: z.coerce.number().min(0.05).max(3600).default(30),
  /** Seconds an hour is over before it is metered: late events have that long. */
  QUOTA_METER_GRACE_SECONDS: z.coerce.number().min(0).max(86_400).default(300),
  /** Seconds a reservation may still be used for a registration. */
  QUOTA_RESERVATION_SECONDS: z.coerce.number().min(0.1).max(86_400).default(60),
  /** Seconds its place is kept after that, for the event of a registration made in time to arrive. */
  QUOTA_LATE_SECONDS: z.coerce.number().min(0).max(86_400).default(240),
  /** Seconds between two looks for reservations nobody confirmed. */
  QUOTA_SWEEP_SECONDS: z.coerce.number().min(0.05).max(3600).default(5),
});

export type QuotaConfig = Readonly<z.output<typeof quotaConfig>>;
