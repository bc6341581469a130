import { SERVICES, SUBSCRIPTIONS, type EventDefinition, type Service } from '@imago/contracts';
import { bindingKeys } from './change-keys.ts';

/** Every event of every service goes through this topic exchange. */
export const EVENTS_EXCHANGE = 'imago.events';
/** The stream with the last seven days of events: live replay for dashboards. */
export const EVENT_LOG = 'imago.log';

/** One delayed try: a queue whose messages all wait equally long, so that none waits behind a slower one. */
export interface RetryStep {
  readonly name: string;
  readonly delay_ms: number;
}

/** The delays a failing message goes through before it is parked. */
export const RETRY_LADDER: readonly RetryStep[] = [
  { name: '5s', delay_ms: 5_000 },
  { name: '30s', delay_ms: 30_000 },
  { name: '5m', delay_ms: 300_000 },
  { name: '30m', delay_ms: 1_800_000 },
];

export interface ExchangePlan {
  readonly name: string;
  readonly type: 'topic' | 'fanout';
}

export interface QueuePlan {
  readonly name: string;
  readonly type: 'quorum' | 'stream';
  readonly arguments: Readonly<Record<string, string | number>>;
}

export interface BindingPlan {
  readonly queue: string;
  readonly exchange: string;
  readonly key: string;
}

/** Everything that has to exist on the broker. */
export interface Topology {
  readonly exchanges: readonly ExchangePlan[];
  readonly queues: readonly QueuePlan[];
  readonly bindings: readonly BindingPlan[];
}

export type Subscriptions = Readonly<Record<Service, readonly EventDefinition[] | 'every'>>;

export interface TopologyOptions {
  readonly subscriptions?: Subscriptions;
  readonly ladder?: readonly RetryStep[];
}

/** The queue on which `consumer` gets the events of `source`: one queue per source keeps one image's events in order. */
export function eventQueue(consumer: Service, source: Service | 'all'): string {
  return `${consumer}.on.${source}`;
}

/** Where a message goes, alone, whose consumer crashed: it must not take its neighbours with it. */
export function suspectQueue(service: Service): string {
  return `${service}.suspect`;
}

/** Where messages wait for an operator. */
export function parkedQueue(service: Service): string {
  return `${service}.parked`;
}

/** Where a service takes commands and queries. */
export function requestQueue(service: Service): string {
  return `${service}.requests`;
}

/** The exchange, and the queue of the same name, of one retry delay. */
export function retryQueue(step: RetryStep): string {
  return `imago.retry.${step.name}`;
}

/** The whole topology, generated from the contracts: it has features of RabbitMQ 3.10 and of 4.x only. */
export function topologyOf(options: TopologyOptions = {}): Topology {
  const subscriptions = options.subscriptions ?? SUBSCRIPTIONS;
  const ladder = options.ladder ?? RETRY_LADDER;
  const services = SERVICES.map((service) => serviceTopology(service, subscriptions[service]));
  return {
    exchanges: [
      { name: EVENTS_EXCHANGE, type: 'topic' },
      ...ladder.map((step) => ({ name: retryQueue(step), type: 'fanout' as const })),
    ],
    queues: [logPlan, ...ladder.map(retryPlan), ...services.flatMap((plan) => plan.queues)],
    bindings: [
      { queue: EVENT_LOG, exchange: EVENTS_EXCHANGE, key: '#' },
      ...ladder.map((step) => ({ queue: retryQueue(step), exchange: retryQueue(step), key: '' })),
      ...services.flatMap((plan) => plan.bindings),
    ],
  };
}

/** The part of the topology that one service consumes. */
export function serviceTopology(service: Service, events: readonly EventDefinition[] | 'every'): Topology {
  const bindings =
    events === 'every'
      ? [{ queue: eventQueue(service, 'all'), exchange: EVENTS_EXCHANGE, key: '#' }]
      : events.flatMap((event) =>
          bindingKeys(service, event).map((key) => ({
            queue: eventQueue(service, event.service),
            exchange: EVENTS_EXCHANGE,
            key,
          })),
        );
  const work = [...new Set(bindings.map((binding) => binding.queue))];
  return {
    exchanges: [],
    queues: [
      ...work.map((name) => workPlan(name, service)),
      workPlan(suspectQueue(service), service),
      parkedPlan(service),
      { name: requestQueue(service), type: 'quorum', arguments: {} },
    ],
    bindings,
  };
}

/** The names of the queues a service gets events from, the suspect lane not among them. */
export function workQueues(service: Service, events: readonly EventDefinition[] | 'every'): readonly string[] {
  return [...new Set(serviceTopology(service, events).bindings.map((binding) => binding.queue))];
}

const logPlan: QueuePlan = {
  name: EVENT_LOG,
  type: 'stream',
  arguments: {
    'x-max-age': '7D',
    'x-max-length-bytes': 5_000_000_000,
    'x-stream-max-segment-size-bytes': 50_000_000,
  },
};

/** What the broker itself gives up on (its delivery limit) is dead-lettered to the parked queue, and never lost. */
function workPlan(name: string, service: Service): QueuePlan {
  return { name, type: 'quorum', arguments: deadLetterTo(parkedQueue(service)) };
}

/** No routing key of its own: a message keeps the one it was published with, the name of the queue it returns to. */
function retryPlan(step: RetryStep): QueuePlan {
  return {
    name: retryQueue(step),
    type: 'quorum',
    arguments: { 'x-message-ttl': step.delay_ms, ...AT_LEAST_ONCE, 'x-dead-letter-exchange': '' },
  };
}

/** Listing returns messages unread, which counts as a delivery: the limit (20 by default since 4.0) must be out of reach. */
function parkedPlan(service: Service): QueuePlan {
  return { name: parkedQueue(service), type: 'quorum', arguments: { 'x-delivery-limit': 1_000_000_000 } };
}

/** At-least-once dead-lettering needs reject-publish; without it the broker silently falls back to at-most-once. */
const AT_LEAST_ONCE = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' } as const;

function deadLetterTo(queue: string): Readonly<Record<string, string>> {
  return { ...AT_LEAST_ONCE, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue };
}
