import { connect, type ConfirmChannel, type GetMessage, type Message } from 'amqplib';
import type { Service } from '@imago/contracts';
import { closeQuietly } from './connections.ts';
import { cleanHeaders, HEADER, keptProperties, text, textHeader } from './delivery.ts';
import { parkedQueue } from './topology.ts';

/** A message that waits for an operator. */
export interface ParkedMessage {
  /** The event's id; made up when the message never had one. */
  readonly id: string;
  readonly type: string | null;
  /** The queue it failed on: the only place a replay goes. */
  readonly queue: string;
  /** `invalid`, `unknown_type`, `refused`, `exhausted`, `crash`, or `broker` when the broker gave it up. */
  readonly reason: string;
  readonly error: string | null;
  readonly parked_at: string | null;
  /** The message as it came; operators need it to decide. At most 4 KiB of it. */
  readonly body: string;
}

/** How many messages an operation looks through. */
const LOOK_THROUGH = 1_000;
const SHOWN_BYTES = 4_096;

/** The parked messages of a service, oldest first; they stay where they are. */
export async function listParked(amqpUrl: string, service: Service, limit = 100): Promise<readonly ParkedMessage[]> {
  return withParked(amqpUrl, service, async (messages) => {
    const found: ParkedMessage[] = [];
    for await (const message of messages) {
      found.push(describe(message));
      if (found.length >= limit) break;
    }
    return found;
  });
}

/**
 * Sends a parked message to the queue it failed on, and to no other, as if it had never been tried. False when there
 * is no such message. Rejects, and keeps it parked, when the queue does not take it.
 */
export async function replayParked(amqpUrl: string, service: Service, id: string): Promise<boolean> {
  return withParked(amqpUrl, service, async (messages, channel) => {
    for await (const message of messages) {
      if (idOf(message) !== id) continue;
      await sendBack(channel, message);
      channel.ack(message);
      return true;
    }
    return false;
  });
}

/** Gives a parked message up for good. False when there is no such message. */
export async function dropParked(amqpUrl: string, service: Service, id: string): Promise<boolean> {
  return withParked(amqpUrl, service, async (messages, channel) => {
    for await (const message of messages) {
      if (idOf(message) !== id) continue;
      channel.ack(message);
      return true;
    }
    return false;
  });
}

/** Closing the channel gives back, in order, everything that was only looked at. */
async function withParked<T>(
  amqpUrl: string,
  service: Service,
  work: (messages: AsyncIterable<GetMessage>, channel: ConfirmChannel) => Promise<T>,
): Promise<T> {
  const connection = await connect(amqpUrl, { noDelay: true });
  connection.on('error', () => undefined); // the failing call says it
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    const result = await work(taken(channel, parkedQueue(service)), channel);
    await closeQuietly(channel);
    return result;
  } finally {
    await closeQuietly(connection);
  }
}

async function* taken(channel: ConfirmChannel, queue: string): AsyncIterable<GetMessage> {
  for (let count = 0; count < LOOK_THROUGH; count++) {
    const message = await channel.get(queue, { noAck: false });
    if (message === false) return;
    yield message;
  }
}

async function sendBack(channel: ConfirmChannel, message: Message): Promise<void> {
  const queue = queueOf(message);
  const returned: Message[] = [];
  channel.once('return', (back: Message) => returned.push(back));
  channel.publish('', queue, message.content, {
    ...keptProperties(message),
    headers: cleanHeaders(message),
    persistent: true,
    mandatory: true,
  });
  await channel.waitForConfirms();
  if (returned.length > 0) throw new Error(`the queue ${queue} does not exist any more`);
}

function describe(message: Message): ParkedMessage {
  return {
    id: idOf(message),
    type: text(message.properties.type) ?? null,
    queue: queueOf(message),
    reason: textHeader(message, HEADER.reason) ?? 'broker',
    error: textHeader(message, HEADER.error) ?? null,
    parked_at: textHeader(message, HEADER.parkedAt) ?? null,
    body: message.content.subarray(0, SHOWN_BYTES).toString('utf8'),
  };
}

function idOf(message: Message): string {
  return String(message.properties.messageId);
}

/** What the broker itself parked carries its own account of where that happened. */
function queueOf(message: Message): string {
  return textHeader(message, HEADER.queue) ?? textHeader(message, 'x-first-death-queue') ?? '';
}
