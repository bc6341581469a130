import { rootLogger, type RunningService, startService } from '@imago/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, prepareGround } from '../test/activity-under-test.ts';
import { activityService } from './activity-service.ts';
import { activityConfig } from './config.ts';

describe('activity as a process', () => {
  let ground: Ground;
  let running: RunningService;

  beforeAll(async () => {
    ground = await prepareGround();
    const config = activityConfig.parse({
      DATABASE_URL: ground.runUrl('activity'),
      AMQP_URL: ground.amqpUrl,
      IMAGO_CONTEXT_KEY: ground.contextKey,
      ACTIVITY_WEBHOOK_KEY: '5e'.repeat(32),
    });
    running = await startService(activityService(config), rootLogger('activity', 'silent'));
  });
  afterAll(async () => {
    await running.stop();
    await ground.close();
  });

  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${running.port}${path}`);

  it('is ready when its database, its queues and its outbox are', async () => {
    expect(await (await get('/health/ready')).json()).toEqual({ status: 'ok' });
  });

  it('measures its queues', async () => {
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('consumer_active{service="activity",queue="activity.on.all"} 1');
    expect(metrics).toContain('consumer_active{service="activity",queue="activity.requests"} 1');
  });

  it.each(['/', '/v1/jobs', '/v1/images', '/log', '/jobs'])('answers nothing at %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});
