import { connectMessaging, MessagingHealth } from '@imago/messaging';
import { consumersCheck, databaseCheck, outboxCheck, type ServiceOptions } from '@imago/service';
import { DataSource } from 'typeorm';
import { CaptureModule } from './capture.module.ts';
import type { CaptureConfig } from './config.ts';

/** How the capture service is started, and what it cannot work without. */
export function captureService(config: CaptureConfig): ServiceOptions {
  return {
    service: 'capture',
    module: CaptureModule.forRoot(config),
    config,
    start: connectMessaging,
    checks: (app) => {
      const messaging = app.get(MessagingHealth);
      return [databaseCheck(app.get(DataSource)), consumersCheck(messaging), outboxCheck(messaging)];
    },
  };
}
