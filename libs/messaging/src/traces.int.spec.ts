import { type RequestOf, refusal, type ResponseOf, ShowQuotas } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { eventually, TraceCollector } from '@imago/testing';
import { SpanKind, startTracing, traced, type Tracing } from '@imago/tracing';
import { Controller, type Type } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { envelopeOf, reserved } from '../test/facts.ts';
import { type MessagingUnderTest, messagingUnderTest } from '../test/messaging-under-test.ts';
import { type ServiceUnderTest, SUBSCRIPTIONS_UNDER_TEST, writeEffect } from '../test/service-under-test.ts';
import { inTransaction, OnRequest, Outbox, type RequestCall, resendPublished } from './index.ts';

type Request = RequestOf<typeof ShowQuotas>;
type Response = ResponseOf<typeof ShowQuotas>;

const PATTERN = 'quota.showQuotas';
const context = serviceContext('gateway', 'p1', 'c1');

let messaging: MessagingUnderTest;
let collector: TraceCollector;
let tracing: Tracing;

beforeAll(async () => {
  messaging = await messagingUnderTest();
});
beforeEach(async () => {
  await messaging.reset();
  collector = await TraceCollector.listen();
  const watch = { lost: () => undefined, arrived: () => undefined };
  tracing = await startTracing({ service: 'tests', instance: 'one', endpoint: collector.endpoint, ratio: 1, watch });
});
afterEach(async () => {
  await tracing.stop();
  await collector.close();
});
afterAll(() => messaging.close());

/** Everything under way ends, and its spans are sent. */
async function sent(): Promise<TraceCollector> {
  await messaging.reset();
  await tracing.stop();
  return collector;
}

/** Names from a span to where its trace begins. */
function path(name: string, queue?: string): string[] {
  const found = collector.spans.filter(
    (span) => span.name === name && (queue === undefined || span.attributes['messaging.destination.name'] === queue),
  );
  expect(found).toHaveLength(1);
  return found.flatMap((span) => collector.path(span).map((each) => each.name));
}

/** The quota service; it answers by stating a fact, in the transaction of its answer. */
async function quotaThatReserves(refuses = false): Promise<ServiceUnderTest> {
  const services: ServiceUnderTest[] = [];
  @Controller()
  class QuotaController {
    @OnRequest(ShowQuotas)
    async show(@Payload() request: Request, @Ctx() { cause }: RequestCall): Promise<Response> {
      if (refuses) throw refusal('image.not_found', `secret ${request.project_id}`);
      const [quota] = services;
      if (quota !== undefined)
        await inTransaction(quota.db, (tx) => quota.app.get(Outbox).add(tx, reserved('image-1', 1), cause));
      return { quotas: [] };
    }
  }
  const controllers: Type[] = [QuotaController];
  services.push(await messaging.start({ service: 'quota', controllers }));
  return services[0] as ServiceUnderTest;
}

async function applied(service: 'catalog' | 'import', times = 1): Promise<void> {
  await eventually(async () => {
    expect(await messaging.effects(service)).toHaveLength(times);
  });
}

describe('a trace', () => {
  it('goes from a request through the service that answers to every service that handles its event', async () => {
    const gateway = await messaging.start({ service: 'gateway' });
    await quotaThatReserves();
    await messaging.start({ service: 'catalog', handle: writeEffect });
    await messaging.start({ service: 'import', handle: writeEffect });
    const plan = () => ({ kind: SpanKind.SERVER });
    await traced('GET /', plan, () =>
      gateway.requests.send(ShowQuotas, { project_id: 'p1', region: null }, { context }),
    );
    await Promise.all([applied('catalog'), applied('import')]);
    await sent();
    const asked = [PATTERN, PATTERN, 'GET /'];
    for (const queue of ['catalog.on.quota', 'import.on.quota'])
      expect(path('handle QuotaReserved', queue)).toEqual(['handle QuotaReserved', 'publish QuotaReserved', ...asked]);
    expect(collector.span('publish QuotaReserved').attributes).toMatchObject({
      'messaging.system.name': 'rabbitmq',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'imago.events',
      'messaging.rabbitmq.destination.routing_key': 'quota.QuotaReserved.v1',
      'imago.image.id': '0190c5a8-7d4c-7c3e-8f0e-3a1b5c7d9e0f',
      'imago.project.id': 'p1',
      'imago.outcome': 'confirmed',
    });
    expect(new Set(collector.spans.map(({ trace_id }) => trace_id)).size).toBe(1);
  });

  it('tells the code of a refusal on both sides, and not its words', async () => {
    const gateway = await messaging.start({ service: 'gateway' });
    await quotaThatReserves(true);
    const asking = gateway.requests.send(ShowQuotas, { project_id: 'p1', region: null }, { context });
    await expect(asking).rejects.toMatchObject({ code: 'image.not_found' });
    const { spans } = await sent();
    expect(spans.map(({ attributes, isError }) => [attributes['imago.error.code'], isError])).toEqual([
      ['image.not_found', false],
      ['image.not_found', false],
    ]);
    expect(JSON.stringify(spans)).not.toContain('secret');
  });

  it('begins with an event that nobody asked for', async () => {
    const quota = await messaging.start({ service: 'quota' });
    await messaging.start({ service: 'import', handle: writeEffect });
    await quota.reserve('image-1');
    await applied('import');
    await sent();
    const names = ['handle QuotaReserved', 'publish QuotaReserved', 'create QuotaReserved'];
    expect(path('handle QuotaReserved')).toEqual(names);
  });

  it('has one span for a delivery that is tried again at once, and another for each that comes later', async () => {
    const quota = await messaging.start({ service: 'quota' });
    let tries = 0;
    await messaging.start({
      service: 'import',
      handle: async (event, eventContext) => {
        if (++tries <= 2) throw new Error(`secret ${tries}`);
        await writeEffect(event, eventContext);
      },
    });
    await quota.reserve('image-1');
    await applied('import');
    await sent();
    const handled = collector.spans.filter(({ name }) => name === 'handle QuotaReserved');
    const { span_id } = collector.span('publish QuotaReserved');
    expect(handled.map(({ parent_span_id }) => parent_span_id)).toEqual([span_id, span_id]);
    expect(handled.map(({ attributes, events, isError }) => [attributes['imago.outcome'], events, isError])).toEqual([
      ['put_off', ['try failed'], true],
      ['applied', [], false],
    ]);
    expect(JSON.stringify(collector.spans)).not.toContain('secret');
  });

  it('goes on when an event is sent again without its relay', async () => {
    const quota = await messaging.start({ service: 'quota' });
    await quota.reserve('image-1');
    await eventually(async () => {
      expect(await messaging.waiting('import.on.quota')).toBe(1);
    });
    await messaging.channel.purgeQueue('import.on.quota');
    const subscriptions = SUBSCRIPTIONS_UNDER_TEST;
    const addresses = messaging.addressesOf('quota');
    const again = {
      ...addresses,
      service: 'quota',
      subscriptions,
      queue: 'import.on.quota',
      since: new Date(0),
    } as const;
    await eventually(async () => {
      expect(await resendPublished(again)).toBe(1);
    });
    await messaging.start({ service: 'import', handle: writeEffect });
    await applied('import');
    await sent();
    expect(path('handle QuotaReserved')).toEqual(['handle QuotaReserved', 'create QuotaReserved']);
  });

  it.each(['no trace', '', '00-0-0-00'])('is a new one where a message names %j', async (traceparent) => {
    await messaging.start({ service: 'import', handle: writeEffect });
    await messaging.send(JSON.stringify(envelopeOf('image-1')), { headers: { traceparent } });
    await applied('import');
    await sent();
    expect(path('handle QuotaReserved')).toEqual(['handle QuotaReserved']);
    expect(collector.span('handle QuotaReserved').parent_span_id).toBeUndefined();
  });
});
