import { IdentityProvider } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import type { ServiceOptions } from '@imago/service';
import type { GatewayConfig } from './config.ts';
import { authenticate } from './edge/authenticate.ts';
import { guardAnswers } from './edge/guard-answers.ts';
import { jsonBodies } from './edge/json-bodies.ts';
import { PublicUrl } from './edge/public-url.ts';
import { stripRegion } from './edge/region-prefix.ts';
import { gatewayFaults } from './edge/render-fault.ts';
import { GatewayModule } from './gateway.module.ts';
import { ApiDescription } from './openapi/api-description.ts';
import { PATCH_TYPES } from './images/image-patch.ts';
import { bringsFile, fileBodies } from './uploads/file-headers.ts';

/** The largest patch, as the largest body of JSON. */
const PATCH_LIMIT = '256kb';

/** How the gateway is started: its module, and what every request passes before it reaches a controller. */
export function gatewayService(config: GatewayConfig): ServiceOptions {
  return {
    service: 'gateway',
    module: GatewayModule.forRoot(config),
    config,
    streamed: bringsFile,
    prepare: (app) => {
      app.get(ApiDescription).describe(app);
      app.use(guardAnswers);
      app.use(stripRegion(app.get(Regions)));
      app.use(authenticate(app.get(IdentityProvider)));
      app.use(jsonBodies);
      app.use(fileBodies);
      app.useBodyParser('json', { limit: PATCH_LIMIT, type: [...PATCH_TYPES] });
    },
    checks: (app) => {
      const requests = app.get(RequestClient);
      return [{ name: 'broker', check: () => (requests.connected() ? undefined : 'is away') }];
    },
    renderFault: gatewayFaults(new PublicUrl(config.PUBLIC_URL)),
  };
}
