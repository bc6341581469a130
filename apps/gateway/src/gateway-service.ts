import { join } from 'node:path';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import type { ServiceOptions } from '@imago/service';
import type { GatewayConfig } from './config.ts';
import { consoleFiles, consoleFor } from './console/console-files.ts';
import { authenticate } from './edge/authenticate.ts';
import { guardAnswers } from './edge/guard-answers.ts';
import { jsonBodies } from './edge/json-bodies.ts';
import { PublicUrl } from './edge/public-url.ts';
import { stripRegion } from './edge/region-prefix.ts';
import { gatewayFaults } from './edge/render-fault.ts';
import { provideIdentity } from './identity/provide-identity.ts';
import { GatewayModule } from './gateway.module.ts';
import { ApiDescription } from './openapi/api-description.ts';
import { PATCH_TYPES } from './images/image-patch.ts';
import { bringsFile, fileBodies } from './uploads/file-headers.ts';

/** The largest patch, as the largest body of JSON. */
const PATCH_LIMIT = '256kb';

/** Where the console is built, seen from `src` and from `dist`. */
const CONSOLE = join(import.meta.dirname, '../../console/dist');

/** How the gateway is started: its module, and what every request passes before it reaches a controller. */
export function gatewayService(config: GatewayConfig): ServiceOptions {
  const console = config.GATEWAY_CONSOLE_DIRECTORY ?? CONSOLE;
  const identity = provideIdentity(config);
  return {
    service: 'gateway',
    module: GatewayModule.forRoot(config, identity),
    config,
    streamed: bringsFile,
    prepare: (app) => {
      app.get(ApiDescription).describe(app);
      const stores = app.get(Regions).all.map((region) => region.public_endpoint);
      app.use('/console', consoleFiles(console, stores));
      app.use(guardAnswers);
      app.use(consoleFor(console));
      app.use(stripRegion(app.get(Regions)));
      app.use(authenticate(identity.provider));
      app.use(jsonBodies);
      app.use(fileBodies);
      app.useBodyParser('json', { limit: PATCH_LIMIT, type: [...PATCH_TYPES] });
    },
    checks: (app) => {
      const requests = app.get(RequestClient);
      return [{ name: 'broker', check: () => (requests.connected() ? undefined : 'is away') }];
    },
    renderFault: gatewayFaults(new PublicUrl(config.PUBLIC_URL), identity.provider),
  };
}
