import { reconciliationEnvironment } from '@imago/reconciliation';
import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';

/** What the catalog service reads from its environment, once, at start. */
export const catalogConfig = z.object({
  ...serviceEnvironment,
  ...reconciliationEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  IMAGO_CONTEXT_KEY: z.string().regex(/^([0-9a-f]{2}){32,}$/i),
  IMAGO_REGIONS_FILE: z.string().min(1),
  /** Seconds between two looks for abandoned objects. */
  CATALOG_SWEEP_SECONDS: z.coerce.number().min(0.05).max(3600).default(1),
  /** Seconds a silent writer of an abandoned object is waited for before its bytes are swept. */
  CATALOG_WRITER_GRACE_SECONDS: z.coerce.number().min(0).max(604_800).default(3600),
  /** Seconds a swept object is remembered, and looked after, in case its writer was not dead. */
  CATALOG_TOMBSTONE_SECONDS: z.coerce.number().min(0).max(2_592_000).default(86_400),
  /** Layers an image may have on its base; what would have more is stored whole. */
  CATALOG_MAXIMUM_LAYERS: z.coerce.number().int().min(0).max(64).default(8),
  /** Hours for which a scan is fresh enough to let everybody have the image. */
  CATALOG_SCAN_FRESH_HOURS: z.coerce.number().min(0.001).max(8760).default(168),
  /** Whether tenants may let everybody use an image that knows its id: the visibility `community`. Operators may anyhow. */
  CATALOG_COMMUNITY_IMAGES: z.stringbool().default(false),
  /** Seconds until a swept object is looked at again; later looks come more seldom. */
  CATALOG_RESWEEP_SECONDS: z.coerce.number().min(0.05).max(86_400).default(600),
  /** Seconds from the beginning of a round through all stored objects of a region to that of the next. */
  CATALOG_SCRUB_SECONDS: z.coerce.number().min(1).max(31_536_000).default(604_800),
  /** Bytes a second that are read from the store of a region to see whether they are still what was stored; 0: none. */
  CATALOG_SCRUB_BYTES_PER_SECOND: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 40)
    .default(16 * 2 ** 20),
  /** Seconds until a store that did not answer is asked again. */
  CATALOG_SCRUB_RETRY_SECONDS: z.coerce.number().min(0.05).max(3600).default(30),
});

export type CatalogConfig = Readonly<z.output<typeof catalogConfig>>;
