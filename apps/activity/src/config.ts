import { isAllowList } from '@imago/outbound';
import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';

/** What the activity service reads from its environment, once, at start. */
export const activityConfig = z.object({
  ...serviceEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  IMAGO_CONTEXT_KEY: z.string().regex(/^([0-9a-f]{2}){32,}$/i),
  /** Seconds between two looks at the jobs of all services. */
  ACTIVITY_JOB_WATCH_SECONDS: z.coerce.number().min(0.2).max(3600).default(15),
  /** Seconds a job may run and tell nothing before an operator hears of it. */
  ACTIVITY_JOB_SILENCE_SECONDS: z.coerce.number().min(1).max(86_400).default(900),
  /** Encrypts the secrets of webhooks in the database: 32 bytes in hexadecimal digits, the same for all replicas. */
  ACTIVITY_WEBHOOK_KEY: z.string().regex(/^[0-9a-f]{64}$/i),
  /** Webhooks a project may have in a region. */
  ACTIVITY_WEBHOOKS_PER_PROJECT: z.coerce.number().int().min(0).max(1000).default(10),
  /** Lets webhooks be plain http. */
  ACTIVITY_WEBHOOK_HTTP: z.stringbool().default(false),
  /** Networks, addresses and host names that webhooks may reach although they are not public, separated by commas. */
  ACTIVITY_WEBHOOK_ALLOW: z.string().default('').refine(isAllowList, {
    message: 'must be networks, addresses and host names, separated by commas',
  }),
  /** Seconds a connection to a receiver may take. */
  ACTIVITY_WEBHOOK_CONNECT_SECONDS: z.coerce.number().min(0.05).max(60).default(5),
  /** Seconds an attempt may take as a whole. */
  ACTIVITY_WEBHOOK_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(120).default(15),
  /** Attempts before a delivery is parked. */
  ACTIVITY_WEBHOOK_ATTEMPTS: z.coerce.number().int().min(1).max(100).default(12),
  /** Seconds between the first two attempts; each wait is four times the one before. */
  ACTIVITY_WEBHOOK_RETRY_SECONDS: z.coerce.number().min(0.01).max(3600).default(5),
  /** Seconds of the longest wait between two attempts. */
  ACTIVITY_WEBHOOK_LONGEST_RETRY_SECONDS: z.coerce.number().min(0.01).max(86_400).default(14_400),
  /** Deliveries parked one after the other that disable a webhook. */
  ACTIVITY_WEBHOOK_DISABLE_AFTER: z.coerce.number().int().min(1).max(10_000).default(10),
  /** Webhooks that a replica serves at the same time. */
  ACTIVITY_WEBHOOKS_AT_ONCE: z.coerce.number().int().min(1).max(1000).default(64),
  /** Deliveries of one webhook that are under way at the same time; 1 keeps even their arrival in order. */
  ACTIVITY_WEBHOOK_DELIVERIES_AT_ONCE: z.coerce.number().int().min(1).max(50).default(4),
  /** Seconds between two looks for deliveries that are due; new ones are seen at once. */
  ACTIVITY_WEBHOOK_POLL_SECONDS: z.coerce.number().min(0.02).max(60).default(1),
  /** Hours a secret still signs beside the one that replaced it. */
  ACTIVITY_WEBHOOK_OLD_SECRET_HOURS: z.coerce.number().min(0).max(720).default(24),
  /** Days a delivery is kept after anything happened to it. */
  ACTIVITY_WEBHOOK_KEEP_DAYS: z.coerce.number().min(0).max(3650).default(30),
  /** Seconds between two looks for deliveries that need not be kept any more. */
  ACTIVITY_WEBHOOK_SWEEP_SECONDS: z.coerce.number().min(0.05).max(86_400).default(300),
});

export type ActivityConfig = Readonly<z.output<typeof activityConfig>>;
