import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';
import { identitySettings, signingKey, tellMissing } from './identity/identity-settings.ts';

/** What the gateway reads from its environment, once, at start. */
export const gatewayConfig = z
  .object({
    ...serviceEnvironment,
    AMQP_URL: z.url({ protocol: /^amqps?$/ }),
    IMAGO_CONTEXT_KEY: signingKey,
    IMAGO_REGIONS_FILE: z.string().min(1),
    ...identitySettings,
    /** Streams of events one project may follow at a gateway at the same time. */
    GATEWAY_EVENT_STREAMS_PER_PROJECT: z.coerce.number().int().min(0).max(10_000).default(10),
    /** Streams of events a gateway serves at the same time. */
    GATEWAY_EVENT_STREAMS: z.coerce.number().int().min(0).max(10_000).default(200),
    /** Seconds a client of a stream may be too slow before it is cut off; it comes back where it was. */
    GATEWAY_EVENT_STREAM_SLOW_SECONDS: z.coerce.number().min(0.1).max(3600).default(60),
    /** Where the built console is; where `npm run build` puts it, when left out. */
    GATEWAY_CONSOLE_DIRECTORY: z.string().min(1).optional(),
    /** How clients reach the gateway, when it is not as the request says: behind a proxy, for example. */
    PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  })
  .superRefine(tellMissing);

export type GatewayConfig = Readonly<z.output<typeof gatewayConfig>>;
