import { type HostAddress, HostResolver } from '@imago/outbound';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityUnderTest, startActivity } from '../../test/activity-under-test.ts';
import { answering, SILENT } from '../../test/receiver.ts';
import { QUICK, WebhooksUnderTest } from '../../test/webhooks-under-test.ts';

/** Names that lead where a test says, each time it is asked. */
class Names extends HostResolver {
  readonly #names = new Map<string, () => string>();

  set(host: string, address: () => string): void {
    this.#names.set(host, address);
  }

  resolve(host: string): Promise<readonly HostAddress[]> {
    const address = this.#names.get(host);
    return Promise.resolve(address === undefined ? [] : [{ address: address(), family: 4 }]);
  }
}

describe('workers', () => {
  let activity: ActivityUnderTest;
  let webhooks: WebhooksUnderTest;
  const names = new Names();

  beforeAll(async () => {
    const settings = { ...QUICK, ACTIVITY_WEBHOOK_TIMEOUT_SECONDS: '30', ACTIVITY_WEBHOOK_ALLOW: '127.0.0.1' };
    activity = await startActivity(3, { settings, resolver: names });
    webhooks = new WebhooksUnderTest(activity);
  });
  afterAll(async () => {
    await webhooks.close();
    await activity.close();
  });

  it('share what is due, and never make an attempt twice', async () => {
    const subscribers = await Promise.all(Array.from({ length: 5 }, () => webhooks.subscribe(['ImageReady'])));
    for (const { receiver } of subscribers)
      receiver.behaviour = (response, message) => {
        const before = receiver.messages.filter(({ id }) => id === message.id).length;
        answering(before < 2 ? 500 : 200)(response, message);
      };
    await Promise.all(subscribers.map(({ project }) => webhooks.tell(project, 20)));
    for (const subscriber of subscribers) {
      const deliveries = await webhooks.all(subscriber, 20, 'delivered');
      expect(deliveries.map(({ attempts }) => attempts)).toEqual(Array<number>(20).fill(2));
      expect(subscriber.receiver.messages).toHaveLength(40);
    }
  });

  it('hold up nobody for a receiver that never answers', async () => {
    const stuck = await Promise.all(Array.from({ length: 5 }, () => webhooks.subscribe(['ImageReady'])));
    for (const { receiver, project } of stuck) {
      receiver.behaviour = SILENT;
      await webhooks.tell(project, 10);
    }
    for (const { receiver } of stuck)
      await eventually(() => {
        expect(receiver.messages.length).toBeGreaterThan(0);
      });
    const quick = await webhooks.subscribe(['ImageReady']);
    await webhooks.tell(quick.project, 10);
    await webhooks.all(quick, 10, 'delivered');
    for (const subscriber of stuck) {
      expect(subscriber.receiver.messages.length).toBeLessThanOrEqual(4); // no more are under way at the same time
      await webhooks.delete(subscriber);
      await subscriber.receiver.close();
    }
  });

  it('take over what a lost one was about, and what it says afterwards counts nothing', async () => {
    const subscriber = await webhooks.subscribe(['ImageReady']);
    const { receiver } = subscriber;
    let answerLost: () => void = () => undefined;
    receiver.behaviour = (response, message) => {
      if (receiver.messages.length > 1) answering(200)(response, message);
      else answerLost = () => void response.writeHead(500).end();
    };
    await webhooks.tell(subscriber.project);
    await eventually(() => {
      expect(receiver.messages).toHaveLength(1);
    });
    expect(await webhooks.deliveries(subscriber)).toMatchObject([{ state: 'pending', attempts: 1 }]);
    await activity.db.query('UPDATE activity.webhooks SET leased_until = now() WHERE id = $1', [subscriber.id]);
    const [delivered] = await webhooks.all(subscriber, 1, 'delivered');
    expect(delivered).toMatchObject({ attempts: 2, last_status: 200 });
    expect(receiver.messages.map(({ id }) => id)).toEqual([delivered?.id, delivered?.id]);
    answerLost();
    // The lost one's answer arrives, and the next delivery is one turn later.
    await webhooks.tell(subscriber.project);
    const all = await webhooks.all(subscriber, 2, 'delivered');
    expect(all.at(-1)).toEqual(delivered);
  });

  it('connect to no other address than the one they looked at, though a name means another by now', async () => {
    const receiver = await webhooks.receiver();
    names.set('rebound.example', () => '127.0.0.1');
    const url = `http://rebound.example:${receiver.port}/hook`;
    const subscriber = await webhooks.subscribe(['ImageReady'], { url });
    await webhooks.tell(subscriber.project);
    await webhooks.all(subscriber, 1, 'delivered');
    const { connections } = receiver;
    names.set('rebound.example', () => '127.0.0.2'); // where the same receiver would listen, if it was asked
    await webhooks.tell(subscriber.project);
    await eventually(async () => {
      const [delivery] = await webhooks.deliveries(subscriber, { state: 'parked' });
      expect(delivery).toMatchObject({ error: { code: 'webhook.address_refused' }, last_status: null });
    });
    expect(receiver.connections).toBe(connections);
  });

  it('look at an address in the moment it is connected to, and not before', async () => {
    const receiver = await webhooks.receiver();
    const url = `http://flip.example:${receiver.port}/hook`;
    names.set('flip.example', () => '127.0.0.1');
    const subscriber = await webhooks.subscribe(['ImageReady'], { url });
    let asked = 0;
    // Whoever looked twice and connected to what was found first would be let through.
    names.set('flip.example', () => (asked++ % 2 === 1 ? '127.0.0.1' : '127.0.0.3'));
    await webhooks.tell(subscriber.project);
    await webhooks.all(subscriber, 1, 'delivered');
    expect(asked).toBe(2); // once for each attempt
    expect(receiver.connections).toBe(1);
  });

  it('that end give back what they were about, and the attempt does not count', async () => {
    // So many that one worker does not get them all.
    const subscribers = await Promise.all(Array.from({ length: 40 }, () => webhooks.subscribe(['ImageReady'])));
    for (const { receiver, project } of subscribers) {
      receiver.behaviour = SILENT;
      await webhooks.tell(project);
    }
    for (const { receiver } of subscribers)
      await eventually(() => {
        expect(receiver.messages).toHaveLength(1);
      });
    const [, second, third] = activity.replicas;
    await Promise.all([second?.close(), third?.close()]);
    // What the two had, the one that is left has begun by now or does so; a test that waits for it waits for its lease.
    const again = await eventually(async () => {
      const leased: { id: string }[] = await activity.db.query(
        'SELECT id FROM activity.webhooks WHERE id = ANY($1) AND leased_until > now()',
        [subscribers.map(({ id }) => id)],
      );
      expect(leased).toHaveLength(subscribers.length);
      const sent = subscribers.filter(({ receiver }) => receiver.messages.length === 2);
      expect(subscribers.every(({ receiver }) => receiver.messages.length <= 2)).toBe(true);
      return sent;
    });
    expect(again.length).toBeGreaterThan(0);
    for (const subscriber of subscribers)
      expect(await webhooks.deliveries(subscriber)).toMatchObject([{ state: 'pending', attempts: 1 }]);
  });
});
