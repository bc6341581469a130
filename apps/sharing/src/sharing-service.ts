import { connectMessaging, MessagingHealth } from '@imago/messaging';
import { consumersCheck, databaseCheck, outboxCheck, type ServiceOptions } from '@imago/service';
import { DataSource } from 'typeorm';
import type { SharingConfig } from './config.ts';
import { SharingModule } from './sharing.module.ts';

/** How sharing is started: its module, what it consumes, and what it cannot work without. */
export function sharingService(config: SharingConfig): ServiceOptions {
  return {
    service: 'sharing',
    module: SharingModule.forRoot(config),
    config,
    start: connectMessaging,
    checks: (app) => {
      const messaging = app.get(MessagingHealth);
      return [databaseCheck(app.get(DataSource)), consumersCheck(messaging), outboxCheck(messaging)];
    },
  };
}
