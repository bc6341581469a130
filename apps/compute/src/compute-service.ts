import { connectMessaging, MessagingHealth } from '@imago/messaging';
import { consumersCheck, databaseCheck, outboxCheck, type ServiceOptions } from '@imago/service';
import { DataSource } from 'typeorm';
import { ComputeModule } from './compute.module.ts';
import type { ComputeConfig } from './config.ts';

/**
 * How the compute service is started, and what it cannot work without. A host that cannot run machines is no reason to
 * be away: its servers are still listed, and told why.
 */
export function computeService(config: ComputeConfig): ServiceOptions {
  return {
    service: 'compute',
    module: ComputeModule.forRoot(config),
    config,
    start: connectMessaging,
    checks: (app) => {
      const messaging = app.get(MessagingHealth);
      return [databaseCheck(app.get(DataSource)), consumersCheck(messaging), outboxCheck(messaging)];
    },
  };
}
