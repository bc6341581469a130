import { randomUUID } from 'node:crypto';
import {
  type EventEnvelope,
  ImageDeletedV1,
  ImageReadyV1,
  ImageRegisteredV1,
  ListAudit,
  ReplayParkedDeliveries,
  ReplayWebhookDelivery,
  TestWebhook,
} from '@imago/contracts';
import { eventShownTo } from '@imago/identity';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityUnderTest, REGION, startActivity, tenant } from '../../test/activity-under-test.ts';
import { imageFact, newImage } from '../../test/facts.ts';
import { answering, SILENT } from '../../test/receiver.ts';
import { QUICK, type Subscriber, WebhooksUnderTest } from '../../test/webhooks-under-test.ts';

describe('what is delivered', () => {
  let activity: ActivityUnderTest;
  let webhooks: WebhooksUnderTest;

  beforeAll(async () => {
    const settings = { ...QUICK, ACTIVITY_WEBHOOK_TIMEOUT_SECONDS: '0.5', ACTIVITY_WEBHOOK_DELIVERIES_AT_ONCE: '1' };
    activity = await startActivity(2, { settings });
    webhooks = new WebhooksUnderTest(activity);
  });
  afterAll(async () => {
    await webhooks.close();
    await activity.close();
  });

  /** What the audit of the project has of some types, oldest first. */
  async function audit({ context }: Subscriber, ...types: string[]): Promise<readonly EventEnvelope[]> {
    const asked = { region: REGION, project_id: null, types, subject: null, order: 'asc' as const, limit: 1000 };
    return (await activity.ask(ListAudit, { ...asked, after: null }, context)).events;
  }

  it('is every event a project is told, as it would read it, signed, in the order of the log', async () => {
    const subscriber = await webhooks.subscribe();
    const { receiver, project } = subscriber;
    const image = newImage(project);
    const ids = await activity.catalog.publish(
      imageFact(image, ImageRegisteredV1, 1),
      ...Array.from({ length: 20 }, (_, place) => imageFact(image, ImageReadyV1, place + 2)),
    );
    await eventually(() => {
      expect(receiver.distinct.map(({ event }) => event.id).sort()).toEqual(ids.toSorted());
    });
    const logged = await audit(subscriber, 'ImageRegistered', 'ImageReady');
    expect(receiver.distinct.map(({ event }) => event)).toEqual(
      logged.map((event) => eventShownTo(event, { project_id: project, roles: [] })),
    );
    expect(receiver.messages[0]?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': expect.stringContaining('imago') as string,
    });
    expect(receiver.messages[0]?.event).not.toHaveProperty('audience');
    const deliveries = await webhooks.all(subscriber, 21, 'delivered');
    expect(deliveries.at(-1)).toMatchObject({ last_status: 204, error: null, event_id: logged[0]?.id });
    expect(receiver.distinct.map(({ id }) => id)).toEqual(deliveries.map(({ id }) => id).toReversed());
  });

  it('is nothing of other projects, other types, other regions or from before', async () => {
    const project = randomUUID();
    await webhooks.tell(project);
    const subscriber = await webhooks.subscribe(['ImageDeleted'], { project });
    const [mine, foreign, abroad] = [newImage(project), newImage(), newImage(project, 'region-2')];
    await activity.catalog.publish(
      imageFact(mine, ImageReadyV1, 1),
      imageFact(foreign, ImageDeletedV1, 1),
      imageFact(abroad, ImageDeletedV1, 1),
      { ...imageFact(mine, ImageDeletedV1, 2), audience: [] },
      imageFact(mine, ImageDeletedV1, 3),
    );
    const [delivery] = await webhooks.all(subscriber, 1, 'delivered');
    expect(delivery).toMatchObject({ event_type: 'ImageDeleted', subject: mine.id });
    expect(subscriber.receiver.types).toEqual(['ImageDeleted']);
  });

  it('says of somebody else’s image what its members may know', async () => {
    const { receiver, project } = await webhooks.subscribe(['ImageReady']);
    const image = newImage();
    await activity.catalog.publish({ ...imageFact(image, ImageReadyV1, 1), audience: [image.project, project] });
    await eventually(() => {
      expect(receiver.messages).toHaveLength(1);
    });
    expect(receiver.messages[0]?.event.data).toMatchObject({ image: { id: image.id, job_id: null, source: null } });
    expect(receiver.messages[0]?.text).not.toContain(image.job);
  });

  it('is not added again when an event comes again, even after the inbox has forgotten it', async () => {
    const subscriber = await webhooks.subscribe();
    const [id = ''] = await webhooks.tell(subscriber.project);
    await webhooks.all(subscriber, 1, 'delivered');
    await activity.db.query('DELETE FROM activity.inbox WHERE message_id = $1', [id]);
    await activity.catalog.republish(id);
    await eventually(async () => {
      expect(await activity.db.query('SELECT 1 FROM activity.inbox WHERE message_id = $1', [id])).toHaveLength(1);
    });
    await webhooks.all(subscriber, 1, 'delivered');
    expect(subscriber.receiver.messages).toHaveLength(1);
  });

  it('is tried again until the receiver takes it, under the same id', async () => {
    const subscriber = await webhooks.subscribe();
    const { receiver } = subscriber;
    receiver.behaviour = (response, message) => {
      answering(receiver.messages.length < 3 ? 500 : 200)(response, message);
    };
    await webhooks.tell(subscriber.project);
    const [delivery] = await webhooks.all(subscriber, 1, 'delivered');
    expect(delivery).toMatchObject({ attempts: 3, last_status: 200, error: null });
    expect(new Set(receiver.messages.map(({ id }) => id))).toEqual(new Set([delivery?.id]));
  });

  it.each([
    { name: 'answers with an error', behaviour: answering(500), status: 500, code: 'webhook.rejected' },
    {
      name: 'redirects',
      behaviour: answering(307, { location: 'http://127.0.0.1:1/' }),
      status: 307,
      code: 'webhook.redirected',
    },
    { name: 'is silent', behaviour: SILENT, status: null, code: 'webhook.timeout' },
  ])('is parked with its cause when the receiver $name, and told', async ({ behaviour, status, code }) => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    subscriber.receiver.behaviour = behaviour;
    const [event_id = ''] = await webhooks.tell(subscriber.project);
    const [delivery] = await webhooks.all(subscriber, 1, 'parked');
    expect(delivery).toMatchObject({ event_id, attempts: 3, last_status: status, next_attempt_at: null });
    expect(delivery?.error).toMatchObject({ code, remedy: expect.stringMatching(/./) as string });
    expect(subscriber.receiver.messages).toHaveLength(3);
    const [failed] = await eventually(async () => {
      const events = await audit(subscriber, 'WebhookDeliveryFailed');
      expect(events).toHaveLength(1);
      return events;
    });
    const data = { webhook: { id: subscriber.id, state: 'enabled' }, delivery: { id: delivery?.id, state: 'parked' } };
    expect(failed).toMatchObject({ subject: subscriber.id, data, causationid: event_id });
    expect(await webhooks.show(subscriber)).toMatchObject({ state: 'enabled', reason: null });
  });

  it('is parked when nobody is there', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    await subscriber.receiver.close();
    await webhooks.tell(subscriber.project);
    const [delivery] = await webhooks.all(subscriber, 1, 'parked');
    expect(delivery).toMatchObject({ attempts: 3, last_status: null, error: { code: 'webhook.connection_failed' } });
  });

  it('is not waited for longer than it may take, whatever trickles in', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    subscriber.receiver.behaviour = (response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('x'); // and no end
    };
    await webhooks.tell(subscriber.project);
    await webhooks.all(subscriber, 1, 'delivered'); // the status has been heard
    subscriber.receiver.behaviour = (response) => void response.writeHead(200).end(Buffer.alloc(20 * 2 ** 20));
    await webhooks.tell(subscriber.project);
    await webhooks.all(subscriber, 2, 'delivered');
  });

  it('waits as long as the receiver asks', EXHAUSTIVE, async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    subscriber.receiver.behaviour = answering(503, { 'retry-after': '3600' });
    await webhooks.tell(subscriber.project);
    await eventually(async () => {
      const [delivery] = await webhooks.deliveries(subscriber);
      const [next, last] = [delivery?.next_attempt_at, delivery?.last_attempt_at].map((at) => Date.parse(at ?? ''));
      expect((next ?? 0) - (last ?? 0)).toBeGreaterThan(190); // as long as the longest wait of these tests
      expect(delivery?.error).toMatchObject({ code: 'webhook.rejected' });
    });
  });

  it('ends with an answer of 410: the webhook is disabled, and says why', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    subscriber.receiver.behaviour = answering(410);
    // All three wait before the first is sent.
    const lease = 'UPDATE activity.webhooks SET leased_until = $2 WHERE id = $1';
    await activity.db.query(lease, [subscriber.id, '2100-01-01T00:00:00Z']);
    await activity.applied(...(await webhooks.tell(subscriber.project, 3)));
    await activity.db.query(lease, [subscriber.id, null]);
    await eventually(async () => {
      expect(await webhooks.show(subscriber)).toMatchObject({ state: 'disabled', reason: { code: 'webhook.gone' } });
      expect(await webhooks.deliveries(subscriber, { state: 'parked' })).toHaveLength(1);
      const types = (await audit(subscriber, 'WebhookUpdated', 'WebhookDeliveryFailed')).map(({ type }) => type);
      expect(types.sort()).toEqual(['WebhookDeliveryFailed', 'WebhookUpdated']);
    });
    expect(subscriber.receiver.messages).toHaveLength(1);
    // Enabled again, what waited goes on, and what came meanwhile was not kept.
    await activity.applied(...(await webhooks.tell(subscriber.project)));
    subscriber.receiver.behaviour = answering(200);
    const { webhook } = await webhooks.update(subscriber, { state: 'enabled' });
    expect(webhook).toMatchObject({ state: 'enabled', reason: null });
    await eventually(async () => {
      expect(await webhooks.deliveries(subscriber, { state: 'delivered' })).toHaveLength(2);
    });
  });

  it(
    'ends when several were parked one after the other, and not when one was delivered in between',
    EXHAUSTIVE,
    async () => {
      const subscriber = await webhooks.subscribe(['ImageReady']);
      const { receiver } = subscriber;
      receiver.behaviour = answering(500);
      await webhooks.tell(subscriber.project, 2);
      await webhooks.all(subscriber, 2, 'parked');
      receiver.behaviour = answering(200);
      await webhooks.tell(subscriber.project);
      await eventually(async () => {
        expect(await webhooks.deliveries(subscriber, { state: 'delivered' })).toHaveLength(1);
      });
      receiver.behaviour = answering(500);
      await webhooks.tell(subscriber.project, 2);
      await eventually(async () => {
        expect(await webhooks.deliveries(subscriber, { state: 'parked' })).toHaveLength(4);
      });
      expect(await webhooks.show(subscriber)).toMatchObject({ state: 'enabled' });
      await webhooks.tell(subscriber.project);
      await eventually(async () => {
        expect(await webhooks.show(subscriber)).toMatchObject({
          state: 'disabled',
          reason: { code: 'webhook.failing' },
        });
      });
    },
  );

  it('can be sent again, one or all that is parked', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    const { receiver, context, id: webhook_id } = subscriber;
    const which = { webhook_id, region: REGION };
    receiver.behaviour = answering(500);
    const [first = ''] = await webhooks.tell(subscriber.project, 2);
    const parked = await webhooks.all(subscriber, 2, 'parked');
    receiver.behaviour = answering(200);
    receiver.messages.splice(0);
    const one = parked.find(({ event_id }) => event_id === first);
    const replay = { ...which, delivery_id: one?.id ?? '' };
    const { delivery } = await activity.ask(ReplayWebhookDelivery, replay, context);
    expect(delivery).toMatchObject({ id: one?.id, event_id: first });
    await eventually(async () => {
      expect(await webhooks.delivery(subscriber, replay.delivery_id)).toMatchObject({
        state: 'delivered',
        attempts: 1,
      });
    });
    expect(receiver.messages.map(({ id }) => id)).toEqual([one?.id]);
    expect(await activity.ask(ReplayParkedDeliveries, which, context)).toEqual({ replayed: 1, more: false });
    await webhooks.all(subscriber, 2, 'delivered');
    expect(await activity.ask(ReplayParkedDeliveries, which, context)).toEqual({ replayed: 0, more: false });
    await activity.ask(ReplayWebhookDelivery, replay, context); // also what was delivered
    await eventually(() => {
      expect(receiver.messages.map(({ id }) => id)).toHaveLength(3);
    });
  });

  it('is not sent again while it is on its way, or by others', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    const which = { webhook_id: subscriber.id, region: REGION };
    subscriber.receiver.behaviour = answering(503, { 'retry-after': '3600' });
    const held = await webhooks.subscribe(['ImageReady']);
    await webhooks.tell(subscriber.project);
    const delivery_id = await eventually(async () => (await webhooks.deliveries(subscriber))[0]?.id ?? expect.fail());
    const replay = (context = subscriber.context, wanted: object = {}): Promise<unknown> =>
      activity.ask(ReplayWebhookDelivery, { ...which, delivery_id, ...wanted }, context);
    await activity.db.query(
      `UPDATE activity.webhook_deliveries SET due_at = now() + interval '1 hour' WHERE id = $1 AND state = 'pending'`,
      [delivery_id],
    );
    await expect(replay()).rejects.toMatchObject({ code: 'webhook_delivery.pending' });
    await expect(replay(tenant(randomUUID()))).rejects.toMatchObject({ code: 'webhook.not_found' });
    await expect(replay(held.context, { webhook_id: held.id })).rejects.toMatchObject({
      code: 'webhook_delivery.not_found',
    });
    await expect(replay(tenant(subscriber.project, ['reader']))).rejects.toMatchObject({ code: 'auth.forbidden' });
    await webhooks.update(subscriber, { state: 'disabled' });
    await expect(replay()).rejects.toMatchObject({ code: 'webhook.disabled' });
    await expect(activity.ask(ReplayParkedDeliveries, which, subscriber.context)).rejects.toMatchObject({
      code: 'webhook.disabled',
    });
  });

  it('is a test when one is asked for, once, whatever came of it', async () => {
    const subscriber = await webhooks.subscribe(['ImageDeleted']);
    const test = (): Promise<{ delivery: { id: string } }> =>
      activity.ask(
        TestWebhook,
        { webhook_id: subscriber.id, region: REGION, delivery_id: randomUUID() },
        subscriber.context,
      );
    const { delivery } = await test();
    await webhooks.all(subscriber, 1, 'delivered');
    expect(subscriber.receiver.messages).toMatchObject([{ id: delivery.id, event: { type: 'WebhookPing' } }]);
    subscriber.receiver.behaviour = answering(500);
    const failing = (await test()).delivery;
    await eventually(async () => {
      expect(await webhooks.delivery(subscriber, failing.id)).toMatchObject({
        state: 'parked',
        attempts: 1,
        error: { code: 'webhook.rejected' },
      });
    });
    expect(await audit(subscriber, 'WebhookDeliveryFailed')).toEqual([]);
  });

  it('never goes round in circles, though webhooks are told of each other', async () => {
    const project = randomUUID();
    const types = ['ImageReady', 'WebhookDeliveryFailed'];
    const some = [await webhooks.subscribe(types, { project }), await webhooks.subscribe(types, { project })];
    for (const { receiver } of some) receiver.behaviour = answering(500);
    await webhooks.tell(project);
    for (const each of some) {
      const deliveries = await webhooks.all(each, 2, 'parked'); // the image, and the other's failure
      expect(deliveries.map(({ event_type }) => event_type)).toEqual(['WebhookDeliveryFailed', 'ImageReady']);
    }
    // What a parked delivery leads to is written down together with it.
    const failures: unknown[] = await activity.db.query(
      `SELECT 1 FROM activity.outbox WHERE routing_key = 'activity.WebhookDeliveryFailed.v1' AND partition_key = ANY($1)`,
      [some.map(({ id }) => id)],
    );
    expect(failures).toHaveLength(2);
  });

  it('is nothing of the webhook itself', async () => {
    const subscriber = await webhooks.subscribe();
    await webhooks.update(subscriber, { types: ['ImageReady', 'WebhookUpdated'] });
    const ids = await eventually(async () => {
      const events = await audit(subscriber, 'WebhookCreated', 'WebhookUpdated');
      expect(events).toHaveLength(2);
      return events.map(({ id }) => id);
    });
    await activity.applied(...ids);
    expect(await webhooks.deliveries(subscriber)).toEqual([]);
  });
});
