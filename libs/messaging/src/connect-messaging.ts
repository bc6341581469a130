import type { INestApplication } from '@nestjs/common';
import { EventServer } from './event-server.ts';
import { RequestServer } from './request-server.ts';

/**
 * Attaches the event strategy and the request server of {@link MessagingModule} to an application and starts them.
 * Rejects when handlers and subscriptions differ. Closing the application drains both.
 */
export async function connectMessaging(app: INestApplication): Promise<void> {
  app.connectMicroservice({ strategy: app.get(EventServer) }, { inheritAppConfig: true });
  app.connectMicroservice({ strategy: app.get(RequestServer) }, { inheritAppConfig: true });
  await app.startAllMicroservices();
}
