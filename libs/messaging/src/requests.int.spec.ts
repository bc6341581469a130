import { randomBytes, randomUUID } from 'node:crypto';
import { refusal, type RequestOf, type ResponseOf, ShowQuotas } from '@imago/contracts';
import { serviceContext, signContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { Controller, type Type } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brokerProxy, type BrokerProxy } from '../test/broker-proxy.ts';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import type { ServiceUnderTest } from '../test/service-under-test.ts';
import { OnRequest, type RequestCall } from './index.ts';

type Request = RequestOf<typeof ShowQuotas>;
type Response = ResponseOf<typeof ShowQuotas>;

let messaging: MessagingUnderTest;
let client: ServiceUnderTest;
let proxy: BrokerProxy;

beforeAll(async () => {
  messaging = await messagingUnderTest();
  proxy = await brokerProxy(messaging.amqpUrl);
});
/** No services but the one that asks. */
async function fresh(): Promise<void> {
  await messaging.reset();
  client = await messaging.start({ service: 'gateway' });
}
afterAll(async () => {
  await messaging.close();
  await proxy.close();
});

/** Ends the handlers that do not answer, when their test is over: a service waits for them. */
let release: PromiseWithResolvers<never> = Promise.withResolvers();
afterEach(() => {
  release.promise.catch(() => undefined);
  release.reject(new Error('the test is over'));
  release = Promise.withResolvers();
});

const context = serviceContext('gateway', 'p1', 'c1');

function quotaThat(answer: (request: Request, call: RequestCall) => Response | Promise<Response>): Type {
  @Controller()
  class QuotaController {
    @OnRequest(ShowQuotas)
    show(@Payload() request: Request, @Ctx() call: RequestCall): Promise<Response> {
      return Promise.resolve(answer(request, call));
    }
  }
  return QuotaController;
}

function figures(project_id: string, count = 1): Response {
  const one = { project_id, region: 'r1', resource: 'images' as const, limit: 10, used: 3 };
  return { quotas: Array.from({ length: count }, () => one) };
}

function ask(project = 'p1', timeout_ms = 30_000, from = client): Promise<Response> {
  return from.requests.send(ShowQuotas, { project_id: project, region: null }, { context, timeout_ms });
}

/** Sends a request as a stranger could; answers what came back. */
async function askRaw(packet: unknown, headers: Record<string, unknown>, body?: string): Promise<unknown> {
  const { queue } = await messaging.channel.assertQueue('', { autoDelete: true });
  const text = body ?? JSON.stringify(packet);
  messaging.channel.sendToQueue('quota.requests', Buffer.from(text), { replyTo: queue, correlationId: 'x', headers });
  return eventually(async () => {
    const reply = await messaging.channel.get(queue, { noAck: true });
    if (reply === false) throw new Error('no answer yet');
    return JSON.parse(reply.content.toString()) as unknown;
  });
}

const packetFor = (data: unknown, pattern = 'quota.showQuotas'): object => ({ id: randomUUID(), pattern, data });
const goodHeaders = (): Record<string, unknown> => ({
  imago_context: signContext(context, messaging.addressesOf('quota').contextKey, 60),
  imago_deadline: Date.now() + 60_000,
});

describe('a request', () => {
  beforeEach(fresh);

  it('is answered, with who asks and why at hand', async () => {
    const calls: RequestCall[] = [];
    const controller = quotaThat(({ project_id }, call) => {
      calls.push(call);
      return figures(project_id);
    });
    await messaging.start({ service: 'quota', controllers: [controller] });
    expect(await ask()).toEqual(figures('p1'));
    expect(calls).toMatchObject([
      { context, cause: { correlation_id: 'c1', causation_id: context.request_id, actor: 'imago-gateway' } },
    ]);
    expect(calls[0]?.deadline.getTime()).toBeGreaterThan(Date.now());
  });

  it('is answered with the refusal its handler throws', async () => {
    const controller = quotaThat(() => {
      throw refusal('auth.forbidden', 'Not yours.', { project: 'p1' });
    });
    await messaging.start({ service: 'quota', controllers: [controller] });
    await expect(ask()).rejects.toMatchObject({
      code: 'auth.forbidden',
      message: 'Not yours.',
      details: { project: 'p1' },
    });
  });

  it.each<[string, () => Response]>([
    [
      'its handler fails, and nothing of the inside is told',
      () => {
        throw new Error('password=s3cret');
      },
    ],
    ['its handler answers something else than the contract says', () => ({ quotas: 's3cret' }) as unknown as Response],
    ['its answer is larger than a reply may be', () => figures('s3cret', 20_000)],
  ])('is answered as internal when %s', async (_case, answer) => {
    await messaging.start({ service: 'quota', controllers: [quotaThat(answer)] });
    const error: unknown = await ask().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cret');
  });

  it('gets its own answer, also among many at the same time', async () => {
    const controller = quotaThat(async ({ project_id }) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      return figures(project_id);
    });
    await messaging.start({ service: 'quota', controllers: [controller] });
    const projects = Array.from({ length: 200 }, (_, index) => `p${index}`);
    const answers = await Promise.all(projects.map((project) => ask(project)));
    expect(answers.map(({ quotas }) => quotas[0]?.project_id)).toEqual(projects);
  });
});

describe('nobody waits for ever', () => {
  beforeEach(fresh);

  it('when the service takes too long: request.timeout', async () => {
    const slow: PromiseWithResolvers<Response> = Promise.withResolvers();
    await messaging.start({ service: 'quota', controllers: [quotaThat(() => slow.promise)] });
    await expect(ask('p1', 100)).rejects.toMatchObject({ code: 'request.timeout' });
    slow.resolve(figures('p1'));
  });

  it('when the service is not there: request.timeout, and it does nothing about it when it comes', async () => {
    await expect(ask('late', 100)).rejects.toMatchObject({ code: 'request.timeout' });
    const asked: string[] = [];
    const controller = quotaThat(({ project_id }) => {
      asked.push(project_id);
      return figures(project_id);
    });
    await messaging.start({ service: 'quota', controllers: [controller] });
    await ask('punctual');
    expect(asked).toEqual(['punctual']);
  });

  it('when there is no such service at all: service.unavailable, at once', async () => {
    await messaging.channel.deleteQueue('quota.requests');
    try {
      await expect(ask()).rejects.toMatchObject({ code: 'service.unavailable' });
    } finally {
      await messaging.declare();
    }
  });

  it('when the asking process stops: service.unavailable', async () => {
    const open = expect(ask()).rejects.toMatchObject({ code: 'service.unavailable' });
    await client.stop();
    await open;
    await expect(ask()).rejects.toMatchObject({ code: 'service.unavailable' });
  });
});

describe('a request is refused before its handler runs', () => {
  let handled = 0;

  beforeAll(async () => {
    await fresh();
    const controller = quotaThat(({ project_id }) => {
      handled += 1;
      return figures(project_id);
    });
    await messaging.start({ service: 'quota', controllers: [controller] });
  });
  const data = { project_id: 'p1', region: null };
  const signed = (key: string, ttl: number): Record<string, unknown> => ({
    ...goodHeaders(),
    imago_context: signContext(context, key, ttl),
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ['without a context', 'context.invalid', () => askRaw(packetFor(data), { imago_deadline: Date.now() + 60_000 })],
    [
      'with a forged context',
      'context.invalid',
      () => askRaw(packetFor(data), signed(randomBytes(32).toString('hex'), 60)),
    ],
    [
      'with an expired context',
      'context.invalid',
      () => askRaw(packetFor(data), signed(messaging.addressesOf('quota').contextKey, -1)),
    ],
    [
      'after its deadline',
      'request.timeout',
      () => askRaw(packetFor(data), { ...goodHeaders(), imago_deadline: Date.now() - 1 }),
    ],
    [
      'without a deadline',
      'request.timeout',
      () => askRaw(packetFor(data), { imago_context: goodHeaders()['imago_context'] }),
    ],
    [
      'for something the service does not do',
      'request.not_found',
      () => askRaw(packetFor(data, 'quota.destroy'), goodHeaders()),
    ],
    ['for something on every object', 'request.not_found', () => askRaw(packetFor(data, 'constructor'), goodHeaders())],
    ['with missing fields', 'request.invalid', () => askRaw(packetFor({}), goodHeaders())],
    ['with no data', 'request.invalid', () => askRaw(packetFor(undefined), goodHeaders())],
    ['that is no packet', 'request.invalid', () => askRaw({ hello: 1 }, goodHeaders())],
    ['that is not JSON', 'request.invalid', () => askRaw(undefined, goodHeaders(), 'hello')],
  ])('%s: %s', async (_case, code, run) => {
    const before = handled;
    expect(await run()).toMatchObject({ err: { code } });
    expect(handled).toBe(before);
    expect(await ask()).toEqual(figures('p1'));
    expect(handled).toBe(before + 1);
  });

  it('with the faults named, and no value', async () => {
    const reply = await askRaw(packetFor({ project_id: 's3cret!', region: 7 }), goodHeaders());
    expect(reply).toMatchObject({ err: { details: { faults: [{ path: 'project_id' }, { path: 'region' }] } } });
    expect(JSON.stringify(reply)).not.toContain('s3cret');
  });
});

describe('an open request survives', () => {
  beforeEach(fresh);

  it('that its service is restarted', async () => {
    const reached: PromiseWithResolvers<void> = Promise.withResolvers();
    const stuck = quotaThat(() => {
      reached.resolve();
      return release.promise;
    });
    await messaging.start({ service: 'quota', controllers: [stuck] }, proxy.amqpUrl);
    const answer = ask('p1', 30_000);
    await reached.promise;
    await messaging.start({ service: 'quota', controllers: [quotaThat(({ project_id }) => figures(project_id))] });
    proxy.shut(); // the first one is gone with everything it held
    try {
      expect(await answer).toEqual(figures('p1'));
    } finally {
      proxy.open();
    }
  });

  it("that the asker's connection breaks: it is asked again", async () => {
    const asker = await messaging.start({ service: 'activity' }, proxy.amqpUrl);
    let handled = 0;
    const controller = quotaThat(async ({ project_id }) => {
      handled += 1;
      if (handled === 1) proxy.cut();
      await Promise.resolve();
      return figures(project_id);
    });
    await messaging.start({ service: 'quota', controllers: [controller] });
    expect(await ask('p1', 30_000, asker)).toEqual(figures('p1'));
  });
});

describe('a request that ends the process of its service', () => {
  beforeEach(fresh);

  it('is answered as internal after the second time, and not tried for ever', async () => {
    let handled = 0;
    const controller = quotaThat(({ project_id }) => {
      if (project_id !== 'poison') return figures(project_id);
      handled += 1;
      proxy.cut();
      return release.promise;
    });
    await messaging.start({ service: 'quota', controllers: [controller] }, proxy.amqpUrl);
    await expect(ask('poison', 30_000)).rejects.toMatchObject({ code: 'internal' });
    expect(handled).toBe(2);
    expect(await ask('p2')).toEqual(figures('p2'));
  });
});
