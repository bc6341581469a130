import { connectMessaging, MessagingHealth } from '@imago/messaging';
import { consumersCheck, databaseCheck, outboxCheck, type ServiceOptions } from '@imago/service';
import { DataSource } from 'typeorm';
import type { ImportConfig } from './config.ts';
import { ImportModule } from './import.module.ts';

/** How the import service is started, and what it cannot work without. */
export function importService(config: ImportConfig): ServiceOptions {
  return {
    service: 'import',
    module: ImportModule.forRoot(config),
    config,
    start: connectMessaging,
    checks: (app) => {
      const messaging = app.get(MessagingHealth);
      return [databaseCheck(app.get(DataSource)), consumersCheck(messaging), outboxCheck(messaging)];
    },
  };
}
