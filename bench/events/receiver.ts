import { afterCommit } from '@imago/messaging';
import { connect } from 'amqplib';
import { DataSource } from 'typeorm';
import { now } from './fact.ts';
import { type Addresses, startService } from './service.ts';

// The other side of bench/events, as a process of its own: tells when each message was applied.

interface Orders {
  readonly addresses: Addresses;
  /** The queue of the bare client; null: our own consumption. */
  readonly queue: string | null;
}

const { addresses, queue } = JSON.parse(process.argv[2] ?? '') as Orders;

await (queue === null ? receiveEvents() : receiveBare(queue));
process.send?.('ready');

/** An event counts when the transaction of its inbox row has committed. */
async function receiveEvents(): Promise<void> {
  const handled: string[] = [];
  const app = await startService('catalog', addresses, (subject) => handled.push(subject));
  afterCommit(app.get(DataSource), () => {
    const subject = handled.shift(); // of several at once it may be another one's commit: the times are the same
    if (subject !== undefined) tell(subject);
  });
}

async function receiveBare(name: string): Promise<void> {
  const channel = await (await connect(addresses.amqpUrl, { noDelay: true })).createChannel();
  await channel.prefetch(50);
  await channel.consume(name, (message) => {
    if (message === null) return;
    channel.ack(message);
    tell(String(message.properties.messageId));
  });
}

function tell(subject: string): void {
  process.send?.([subject, now()]);
}
