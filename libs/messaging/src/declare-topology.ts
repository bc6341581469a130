import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { closeQuietly } from './connections.ts';
import { topologyOf, type QueuePlan, type Topology, type TopologyOptions } from './topology.ts';

export interface DeclareOptions extends TopologyOptions {
  /**
   * Milliseconds a queue declared just now is given before anything may be published: a broker killed within half a
   * second of declaring a quorum queue loses what it confirmed into it. Default 5,000; tests that do not kill use 0.
   */
  readonly settle_ms?: number;
}

const SETTLE_MS = 5_000;

/**
 * Declares every exchange, queue and binding of every service: the migrate step, before any relay runs. Idempotent;
 * waits only when a quorum queue is new. Answers with the queues it made. Throws when something exists differently.
 */
export async function declareTopology(amqpUrl: string, options: DeclareOptions = {}): Promise<readonly string[]> {
  const connection = await connect(amqpUrl, { noDelay: true });
  connection.on('error', () => undefined); // the failing call below says it
  try {
    const topology = topologyOf(options);
    const fresh = await missingQueues(connection, topology.queues);
    const channel = await connection.createChannel();
    channel.on('error', () => undefined); // the failing call says it
    await applyTopology(channel, topology);
    await closeQuietly(channel);
    if (fresh.length > 0) await pause(options.settle_ms ?? SETTLE_MS);
    return fresh;
  } finally {
    await closeQuietly(connection);
  }
}

/** Declares a topology on a channel; the broker answers at once for what is there already. */
export async function applyTopology(channel: Channel, topology: Topology): Promise<void> {
  for (const { name, type } of topology.exchanges) await channel.assertExchange(name, type, { durable: true });
  for (const queue of topology.queues) {
    await channel.assertQueue(queue.name, {
      durable: true,
      arguments: { 'x-queue-type': queue.type, ...queue.arguments },
    });
  }
  for (const { queue, exchange, key } of topology.bindings) await channel.bindQueue(queue, exchange, key);
}

/** A passive check of a missing queue closes its channel, so each needs one of its own. */
async function missingQueues(connection: ChannelModel, queues: readonly QueuePlan[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { name } of queues) {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    try {
      await channel.checkQueue(name);
      await closeQuietly(channel);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      missing.push(name);
    }
  }
  return missing;
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 404;
}
