import { connectMessaging, MessagingHealth } from '@imago/messaging';
import { consumersCheck, databaseCheck, outboxCheck, type ServiceOptions } from '@imago/service';
import { DataSource } from 'typeorm';
import type { QuotaConfig } from './config.ts';
import { QuotaModule } from './quota.module.ts';

/** How quota is started: its module, what it consumes, and what it cannot work without. */
export function quotaService(config: QuotaConfig): ServiceOptions {
  return {
    service: 'quota',
    module: QuotaModule.forRoot(config),
    config,
    start: connectMessaging,
    checks: (app) => {
      const messaging = app.get(MessagingHealth);
      return [databaseCheck(app.get(DataSource)), consumersCheck(messaging), outboxCheck(messaging)];
    },
  };
}
