import { reconciliationEnvironment } from '@imago/reconciliation';
import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';

/** What the sharing service reads from its environment, once, at start. */
export const sharingConfig = z.object({
  ...serviceEnvironment,
  ...reconciliationEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  IMAGO_CONTEXT_KEY: z.string().regex(/^([0-9a-f]{2}){32,}$/i),
});

export type SharingConfig = Readonly<z.output<typeof sharingConfig>>;
