import { SERVICES, type Service, SUBSCRIPTIONS } from '@imago/contracts';
import type { Channel, Replies } from 'amqplib';
import { type AmqpConnections, closeQuietly, within } from './connections.ts';
import {
  parkedQueue,
  requestQueue,
  RETRY_LADDER,
  retryQueue,
  suspectQueue,
  type Subscriptions,
  workQueues,
} from './topology.ts';

/** What a queue is for: `events` and `requests` are work, `suspect` messages that crashed a consumer, `retry` waits. */
export type QueuePurpose = 'events' | 'requests' | 'suspect' | 'parked' | 'retry';

/** How much waits in a queue. */
export interface QueueDepth {
  readonly queue: string;
  /** Whose queue it is; null of those that all services share. */
  readonly service: Service | null;
  readonly purpose: QueuePurpose;
  /** Messages that wait; null when the queue is not there. */
  readonly messages: number | null;
  readonly consumers: number | null;
}

type NamedQueue = Pick<QueueDepth, 'queue' | 'service' | 'purpose'>;

/** Milliseconds the broker has to answer for all queues. */
const PATIENCE = 3_000;

/** What waits at the broker, asked of the broker itself: a service that is away cannot say what waits for it. */
export class QueueDepths {
  constructor(
    private readonly connections: AmqpConnections,
    private readonly subscriptions: Subscriptions = SUBSCRIPTIONS,
  ) {}

  /** Every queue there should be. Rejects when the broker does not answer in time. */
  measure(): Promise<readonly QueueDepth[]> {
    return within(PATIENCE, 'say what waits', this.#measure());
  }

  async #measure(): Promise<readonly QueueDepth[]> {
    const depths: QueueDepth[] = [];
    let channel = await this.connections.channel('publishing');
    try {
      for (const named of queuesOf(this.subscriptions)) {
        const found = await lookAt(channel, named.queue);
        if (found === null) channel = await this.connections.channel('publishing'); // the broker has closed the other
        depths.push({ ...named, messages: found?.messageCount ?? null, consumers: found?.consumerCount ?? null });
      }
    } finally {
      await closeQuietly(channel);
    }
    return depths;
  }
}

/** Null when there is no such queue. */
async function lookAt(channel: Channel, queue: string): Promise<Replies.AssertQueue | null> {
  try {
    return await channel.checkQueue(queue);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 404) return null;
    throw error;
  }
}

function queuesOf(subscriptions: Subscriptions): readonly NamedQueue[] {
  const own = SERVICES.filter((service) => service !== 'gateway').flatMap((service): NamedQueue[] => [
    ...workQueues(service, subscriptions[service]).map((queue) => ({ queue, service, purpose: 'events' as const })),
    { queue: requestQueue(service), service, purpose: 'requests' },
    { queue: suspectQueue(service), service, purpose: 'suspect' },
    { queue: parkedQueue(service), service, purpose: 'parked' },
  ]);
  const shared = RETRY_LADDER.map((step): NamedQueue => ({ queue: retryQueue(step), service: null, purpose: 'retry' }));
  return [...own, ...shared];
}
