import { connectMessaging, MessagingHealth } from '@imago/messaging';
import { consumersCheck, databaseCheck, outboxCheck, type ServiceOptions } from '@imago/service';
import { DataSource } from 'typeorm';
import { CatalogModule } from './catalog.module.ts';
import type { CatalogConfig } from './config.ts';

/** How catalog is started: its module, what it consumes, and what it cannot work without. */
export function catalogService(config: CatalogConfig): ServiceOptions {
  return {
    service: 'catalog',
    module: CatalogModule.forRoot(config),
    config,
    start: connectMessaging,
    checks: (app) => {
      const messaging = app.get(MessagingHealth);
      return [databaseCheck(app.get(DataSource)), consumersCheck(messaging), outboxCheck(messaging)];
    },
  };
}
