import { IdentityProvider } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import type { ServiceOptions } from '@imago/service';
import type { NextFunction, Request, Response } from 'express';
import type { GatewayConfig } from './config.ts';
import { authenticate } from './edge/authenticate.ts';
import { PublicUrl } from './edge/public-url.ts';
import { stripRegion } from './edge/region-prefix.ts';
import { gatewayFaults } from './edge/render-fault.ts';
import { GatewayModule } from './gateway.module.ts';

/** How the gateway is started: its module, and what every request passes before it reaches a controller. */
export function gatewayService(config: GatewayConfig): ServiceOptions {
  return {
    service: 'gateway',
    module: GatewayModule.forRoot(config),
    config,
    prepare: (app) => {
      app.use(neverSniffed);
      app.use(stripRegion(app.get(Regions)));
      app.use(authenticate(app.get(IdentityProvider)));
    },
    checks: (app) => {
      const requests = app.get(RequestClient);
      return [{ name: 'broker', check: () => (requests.connected() ? undefined : 'is away') }];
    },
    renderFault: gatewayFaults(new PublicUrl(config.PUBLIC_URL)),
  };
}

/** A browser must not take a tenant's bytes for a page. */
function neverSniffed(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
}
