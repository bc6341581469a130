import { type EventEnvelope, EVENTS, type WebhookDelivery, type WebhookRecord } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Receiver } from '../test/receiver.ts';
import { smallQcow2 } from '../test/source-disks.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import type { Tenant } from '../test/tenant.ts';

describe('a tenant that is told', () => {
  let sut: SystemUnderTest;
  const receivers: Receiver[] = [];

  beforeAll(async () => {
    sut = await systemFor('webhooks');
  });
  afterAll(async () => {
    for (const receiver of receivers) await receiver.close();
    await sut.close();
  });

  interface Subscription {
    readonly receiver: Receiver;
    readonly path: string;
  }

  async function subscribe(tenant: Tenant, types: readonly string[]): Promise<Subscription> {
    const receiver = await new Receiver().listen();
    receivers.push(receiver);
    type Made = WebhookRecord & { secret: string };
    const { status, body } = await tenant.ask<Made>('POST', '/v1/webhooks', { url: receiver.url, types });
    expect(status).toBe(201);
    receiver.secret = body.secret;
    return { receiver, path: `/v1/webhooks/${body.id}` };
  }

  async function deliveries(tenant: Tenant, path: string): Promise<WebhookDelivery[]> {
    return (await tenant.get<{ deliveries: WebhookDelivery[] }>(`${path}/deliveries?limit=1000`)).deliveries;
  }

  async function importImage(): Promise<string> {
    await sut.alice.bucket.put('told', await smallQcow2(sut.directory, sut.qemuImg));
    const job = await sut.alice.ended((await sut.alice.import('told')).id);
    return job.image_id ?? '';
  }

  async function newImage(): Promise<string> {
    return (await sut.alice.ask<{ id: string }>('POST', '/v2/images', { name: 'told' })).body.id;
  }

  it('hears of its image from registered to ready, signed, and nobody else does', async () => {
    const everything = EVENTS.map(({ type }) => type);
    const alice = await subscribe(sut.alice, everything);
    const bob = await subscribe(sut.bob, []);
    const id = await importImage();
    await eventually(() => {
      const types = alice.receiver.events.filter(({ subject }) => subject === id).map(({ type }) => type);
      expect(types).toEqual(expect.arrayContaining(['ImageRegistered', 'ImageImported', 'ImageReady']));
      expect(types.indexOf('ImageRegistered')).toBeLessThan(types.indexOf('ImageReady'));
    });
    // What it hears is what its audit says, to the letter.
    const audit = await sut.alice.get<{ events: EventEnvelope[] }>(`/v1/audit?subject=${id}&limit=1000`);
    await eventually(() => {
      for (const event of audit.events) expect(alice.receiver.events).toContainEqual(event);
    });
    expect(alice.receiver.forged).toEqual([]);
    for (const event of alice.receiver.events) expect(event).not.toHaveProperty('audience');
    // Bob hears of his own affairs, and of nothing of hers.
    const test = await sut.bob.ask<WebhookDelivery>('POST', `${bob.path}/test`);
    expect(test.status).toBe(202);
    await eventually(() => {
      expect(bob.receiver.events.map(({ type }) => type)).toContain('WebhookPing');
    });
    const own = sut.bob.user.project_id;
    for (const { projectid } of bob.receiver.events) expect(projectid).toBe(own);
    for (const each of [alice.path, `${alice.path}/deliveries`])
      expect((await sut.bob.ask('GET', each)).status).toBe(404);
  });

  it('finds what its receiver did not take parked with its cause, and gets it when it asks again', async () => {
    const { receiver, path } = await subscribe(sut.alice, ['ImageRegistered']);
    receiver.status = 500;
    const id = await newImage();
    const parked = await eventually(async () => {
      const [delivery] = await deliveries(sut.alice, path);
      expect(delivery).toMatchObject({ state: 'parked', attempts: 3, last_status: 500, subject: id });
      return delivery;
    });
    expect(parked?.error).toMatchObject({ code: 'webhook.rejected', remedy: expect.stringMatching(/./) as string });
    expect(receiver.events).toHaveLength(3);
    await eventually(async () => {
      const audit = await sut.alice.get<{ events: EventEnvelope[] }>('/v1/audit?type=WebhookDeliveryFailed');
      expect(audit.events).toMatchObject([{ data: { delivery: { id: parked?.id } } }]);
    });
    receiver.status = 200;
    const replayed = await sut.alice.ask('POST', `${path}/replay`);
    expect(replayed).toMatchObject({ status: 202, body: { replayed: 1, more: false } });
    await eventually(async () => {
      expect(await deliveries(sut.alice, path)).toMatchObject([{ id: parked?.id, state: 'delivered', attempts: 1 }]);
    });
    expect(new Set(receiver.ids)).toEqual(new Set([parked?.id])); // by which it knows it has it already
  });

  it('misses nothing when the service is killed in the middle of it', async () => {
    const { receiver, path } = await subscribe(sut.alice, ['ImageRegistered']);
    receiver.status = null;
    const ids = [await newImage(), await newImage(), await newImage()];
    await eventually(() => {
      expect(receiver.events.length).toBeGreaterThan(0);
    });
    const activity = sut.system.service('activity');
    await activity.kill('SIGKILL');
    receiver.status = 200;
    await activity.start();
    // The lease of the one that was killed outlasts it by a quarter of a minute.
    await sut.db.query('UPDATE activity.webhooks SET leased_until = now()');
    await eventually(async () => {
      const all = await deliveries(sut.alice, path);
      expect(all.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']);
    });
    expect(new Set(receiver.events.map(({ subject }) => subject))).toEqual(new Set(ids));
    expect(receiver.forged).toEqual([]);
  });
});
