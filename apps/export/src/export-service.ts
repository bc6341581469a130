import { connectMessaging, MessagingHealth } from '@imago/messaging';
import { consumersCheck, databaseCheck, outboxCheck, type ServiceOptions } from '@imago/service';
import { DataSource } from 'typeorm';
import type { ExportConfig } from './config.ts';
import { ExportModule } from './export.module.ts';

/** How the export service is started, and what it cannot work without. */
export function exportService(config: ExportConfig): ServiceOptions {
  return {
    service: 'export',
    module: ExportModule.forRoot(config),
    config,
    start: connectMessaging,
    checks: (app) => {
      const messaging = app.get(MessagingHealth);
      return [databaseCheck(app.get(DataSource)), consumersCheck(messaging), outboxCheck(messaging)];
    },
  };
}
