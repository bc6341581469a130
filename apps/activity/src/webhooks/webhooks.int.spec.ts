import { randomUUID } from 'node:crypto';
import { DeleteWebhook, ListAudit, ListWebhooks, ShowWebhook, UpdateWebhook } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityUnderTest, operator, REGION, startActivity, tenant } from '../../test/activity-under-test.ts';
import { QUICK, WebhooksUnderTest } from '../../test/webhooks-under-test.ts';
import { DeliverySweeper } from './delivery-sweeper.ts';
import { newWebhookSecret } from './sign-message.ts';

describe('a webhook', () => {
  let activity: ActivityUnderTest;
  let webhooks: WebhooksUnderTest;

  beforeAll(async () => {
    activity = await startActivity(2, { settings: { ...QUICK, ACTIVITY_WEBHOOKS_PER_PROJECT: '3' } });
    webhooks = new WebhooksUnderTest(activity);
  });
  afterAll(async () => {
    await webhooks.close();
    await activity.close();
  });

  const url = 'http://127.0.0.1:9099/hook';

  async function list(context: RequestContext, asked: { limit?: number; marker?: string } = {}): Promise<string[]> {
    const usual = { region: REGION, project_id: context.project_id, limit: 1000, marker: null };
    const { webhooks: page } = await activity.ask(ListWebhooks, { ...usual, ...asked }, context);
    return page.map(({ id }) => id);
  }

  it('is made once under one id, and tells its secret then and never again', async () => {
    const context = tenant(randomUUID());
    const order = { webhook_id: randomUUID(), url, types: ['ImageReady', 'ImageReady'] };
    const made = await webhooks.create(context, order);
    expect(made.webhook).toMatchObject({
      ...{ id: order.webhook_id, project_id: context.project_id, url, types: ['ImageReady'] },
      ...{ state: 'enabled', reason: null, created_by: context.user_id, version: 1 },
    });
    expect(made.secret).toMatch(/^whsec_/);
    expect(await webhooks.create(context, order)).toEqual(made);
    const shown = await webhooks.show({ id: order.webhook_id, context });
    expect(shown).toEqual(made.webhook);
    for (const other of [{ url: `${url}/2` }, { types: [] }, { secret: newWebhookSecret() }])
      await expect(webhooks.create(context, { ...order, ...other })).rejects.toMatchObject({
        code: 'request.idempotency_conflict',
      });
    await expect(webhooks.create(tenant(randomUUID()), order)).rejects.toMatchObject({
      code: 'request.idempotency_conflict',
    });
    const [kept]: { secret: Buffer }[] = await activity.db.query('SELECT secret FROM activity.webhooks WHERE id = $1', [
      order.webhook_id,
    ]);
    expect(kept?.secret.toString('latin1')).not.toContain(made.secret);
  });

  it('takes a secret that its owner brings', async () => {
    const secret = newWebhookSecret();
    expect((await webhooks.create(tenant(randomUUID()), { url, secret })).secret).toBe(secret);
  });

  it.each([
    ['https://user:password@example.com', 'webhook.url_refused'],
    ['http://127.0.0.1/#x', 'webhook.url_refused'],
    ['http://10.0.0.1/', 'webhook.address_refused'],
    ['http://[::ffff:127.0.0.1]/', 'webhook.address_refused'],
    ['http://0xa000001/', 'webhook.address_refused'],
    ['https://169.254.169.254/latest/meta-data', 'webhook.address_refused'],
    ['https://nobody.invalid/', 'webhook.unresolvable'],
  ])('does not lead to %s', async (wrong, code) => {
    const context = tenant(randomUUID());
    await expect(webhooks.create(context, { url: wrong })).rejects.toMatchObject({ code });
    expect(await list(context)).toEqual([]);
    const { id } = await webhooks.subscribe([], { project: context.project_id });
    await expect(webhooks.update({ id, context }, { url: wrong })).rejects.toMatchObject({ code });
  });

  it('has a place among those of its project, however many ask at once', async () => {
    const context = tenant(randomUUID());
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => webhooks.create(context, { url })));
    const refused = asked.filter((each) => each.status === 'rejected');
    expect(refused).toHaveLength(5);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'webhook.too_many', details: { limit: 3, used: 3 } });
    const [first = ''] = await list(context);
    await webhooks.delete({ id: first, context });
    await webhooks.create(context, { url });
    expect(await list(context)).toHaveLength(3);
    await webhooks.create(tenant(randomUUID()), { url });
  });

  it('is listed to its project, newest first, page by page', async () => {
    const context = tenant(randomUUID());
    const ids: string[] = [];
    for (let many = 0; many < 3; many++) ids.unshift((await webhooks.create(context, { url })).webhook.id);
    expect(await list(context)).toEqual(ids);
    expect(await list({ ...context, roles: ['reader'] }, { limit: 2 })).toEqual(ids.slice(0, 2));
    expect(await list(context, { limit: 2, marker: ids[1] ?? '' })).toEqual(ids.slice(2));
    await expect(list(context, { marker: randomUUID() })).rejects.toMatchObject({ code: 'request.invalid' });
    const foreign = (await webhooks.create(tenant(randomUUID()), { url })).webhook.id;
    await expect(list(context, { marker: foreign })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('is not there for other projects and other regions, and is changed by members alone', async () => {
    const { id, context } = await webhooks.subscribe();
    const stranger = tenant(randomUUID());
    const none = { url: null, types: null, state: null, secret: null };
    for (const [who, region] of [
      [stranger, REGION],
      [context, 'region-2'],
    ] as const) {
      const which = { webhook_id: id, region };
      const asked = [
        activity.ask(ShowWebhook, which, who),
        activity.ask(UpdateWebhook, { ...which, ...none, state: 'disabled' }, who),
        activity.ask(DeleteWebhook, which, who),
      ];
      // All at once: one that nobody waits for yet when it is refused would count as an error of the run.
      const refused = { code: 'webhook.not_found' };
      await Promise.all(asked.map((each) => expect(each).rejects.toMatchObject(refused)));
    }
    const foreign = { region: REGION, project_id: context.project_id, limit: 10, marker: null };
    await expect(activity.ask(ListWebhooks, foreign, stranger)).rejects.toMatchObject({ code: 'webhook.not_found' });
    const reader = { ...context, roles: ['reader' as const] };
    await expect(webhooks.update({ id, context: reader }, { state: 'disabled' })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    await expect(webhooks.create(reader, { url })).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(webhooks.delete({ id, context: reader })).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect((await webhooks.show({ id, context: operator() })).state).toBe('enabled');
    expect((await activity.ask(ListWebhooks, foreign, operator())).webhooks).toHaveLength(1);
  });

  it('tells nothing while it is disabled', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    expect((await webhooks.update(subscriber, { state: 'disabled' })).webhook).toMatchObject({
      state: 'disabled',
      reason: null,
      version: 2,
    });
    expect((await webhooks.update(subscriber, { state: 'disabled' })).webhook.version).toBe(2);
    await activity.applied(...(await webhooks.tell(subscriber.project)));
    await webhooks.update(subscriber, { state: 'enabled' });
    const [later = ''] = await webhooks.tell(subscriber.project);
    expect(await webhooks.all(subscriber, 1, 'delivered')).toMatchObject([{ event_id: later }]);
  });

  it('signs with both secrets for a while when it has got another', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    const { secret } = await webhooks.update(subscriber, { secret: 'new' });
    expect(secret).not.toBe(subscriber.secret);
    await webhooks.tell(subscriber.project);
    await webhooks.all(subscriber, 1, 'delivered');
    const [message] = subscriber.receiver.messages;
    for (const each of [subscriber.secret, secret ?? ''])
      new Webhook(each).verify(message?.text ?? '', message?.headers as Record<string, string>);
    await activity.db.query('UPDATE activity.webhooks SET old_secret_until = now() WHERE id = $1', [subscriber.id]);
    subscriber.receiver.secret = secret;
    await webhooks.tell(subscriber.project);
    await webhooks.all(subscriber, 2, 'delivered');
    const last = subscriber.receiver.messages.at(-1);
    expect(() =>
      new Webhook(subscriber.secret).verify(last?.text ?? '', last?.headers as Record<string, string>),
    ).toThrow('No matching signature');
  });

  it('is in the audit of its project: who made, changed and deleted it, and no secret', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    await webhooks.update(subscriber, { types: ['ImageDeleted'], secret: 'new' });
    await webhooks.delete(subscriber);
    const { project, context, id: subject } = subscriber;
    const asked = { region: REGION, project_id: null, types: [], subject, order: 'asc' as const, limit: 10 };
    await eventually(async () => {
      const { events } = await activity.ask(ListAudit, { ...asked, after: null }, context);
      expect(events.sort((one, other) => ((one.sequence ?? '') < (other.sequence ?? '') ? -1 : 1))).toMatchObject([
        { type: 'WebhookCreated', actor: context.user_id, projectid: project },
        { type: 'WebhookUpdated', actor: context.user_id, data: { changed: ['types', 'secret'] } },
        { type: 'WebhookDeleted', actor: context.user_id },
      ]);
      expect(JSON.stringify(events)).not.toMatch(/whsec_/);
    });
  });

  it('is gone when it was deleted, and its deliveries with it', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    await webhooks.tell(subscriber.project, 3);
    await webhooks.all(subscriber, 3, 'delivered');
    await webhooks.delete(subscriber);
    await expect(webhooks.show(subscriber)).rejects.toMatchObject({ code: 'webhook.not_found' });
    await expect(webhooks.delete(subscriber)).rejects.toMatchObject({ code: 'webhook.not_found' });
    expect(await list(subscriber.context)).toEqual([]);
    for (const replica of activity.replicas) await replica.get(DeliverySweeper).sweep();
    const left = 'SELECT id FROM activity.webhook_deliveries WHERE webhook_id = $1';
    expect(await activity.db.query(left, [subscriber.id])).toEqual([]);
    expect(await activity.db.query('SELECT id FROM activity.webhooks WHERE id = $1', [subscriber.id])).toEqual([]);
  });

  it('keeps its deliveries for their time', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    const [old] = await webhooks.tell(subscriber.project, 2);
    await webhooks.all(subscriber, 2, 'delivered');
    await activity.db.query(
      `UPDATE activity.webhook_deliveries SET changed_at = now() - interval '31 days' WHERE event_id = $1`,
      [old],
    );
    await activity.replicas[0]?.get(DeliverySweeper).sweep();
    expect((await webhooks.deliveries(subscriber)).map(({ event_id }) => event_id)).not.toContain(old);
    expect(await webhooks.deliveries(subscriber)).toHaveLength(1);
  });
});
