import { connectMessaging, MessagingHealth } from '@imago/messaging';
import { consumersCheck, databaseCheck, outboxCheck, type ServiceOptions } from '@imago/service';
import { DataSource } from 'typeorm';
import { ActivityModule } from './activity.module.ts';
import type { ActivityConfig } from './config.ts';

/** How activity is started. Over HTTP it answers operations only; everything else is asked through the broker. */
export function activityService(config: ActivityConfig): ServiceOptions {
  return {
    service: 'activity',
    module: ActivityModule.forRoot(config),
    config,
    start: connectMessaging,
    checks: (app) => {
      const messaging = app.get(MessagingHealth);
      return [databaseCheck(app.get(DataSource)), consumersCheck(messaging), outboxCheck(messaging)];
    },
  };
}
