import type { Service } from '@imago/contracts';
import { connect, type ConfirmChannel } from 'amqplib';
import pg from 'pg';
import { eventKeyOf } from './change-keys.ts';
import { closeQuietly } from './connections.ts';
import { eventProperties, type OutboxRow } from './outbox-rows.ts';
import { topologyOf, type TopologyOptions } from './topology.ts';

export interface ResendOptions extends Pick<TopologyOptions, 'subscriptions'> {
  /** Whose events; the database URL is of a role that may read its outbox. */
  readonly service: Service;
  readonly databaseUrl: string;
  readonly amqpUrl: string;
  /** The queue that lost them. It gets the events it is bound to. */
  readonly queue: string;
  readonly since: Date;
}

const PAGE = 500;

/**
 * Sends what a service has published since then once more, in order and to one queue only: the repair of a queue the
 * broker lost. Its consumer recognises what it had applied before. Answers how many were sent; rejects when the queue
 * does not exist. Reaches back as far as the outbox does, 72 hours.
 */
export async function resendPublished(options: ResendOptions): Promise<number> {
  const database = new pg.Client({ connectionString: options.databaseUrl, application_name: 'imago-resend' });
  const broker = await connect(options.amqpUrl, { noDelay: true });
  broker.on('error', () => undefined); // the failing call says it
  try {
    await database.connect();
    const channel = await broker.createConfirmChannel();
    channel.on('error', () => undefined);
    await channel.checkQueue(options.queue);
    let sent = 0;
    for await (const page of pages(database, options)) {
      for (const row of page) send(channel, options, row);
      await channel.waitForConfirms();
      sent += page.length;
    }
    return sent;
  } finally {
    await closeQuietly(broker);
    await database.end();
  }
}

async function* pages(database: pg.Client, { service, queue, since, subscriptions }: ResendOptions) {
  const bindings = topologyOf({ ...(subscriptions && { subscriptions }) }).bindings;
  const keys = bindings.filter((binding) => binding.queue === queue).map(({ key }) => eventKeyOf(key));
  let after = '0';
  for (;;) {
    const { rows } = await database.query<OutboxRow>(
      `SELECT seq, id, created_at, routing_key, partition_key, envelope, attempts FROM "${service}".outbox
        WHERE published_at IS NOT NULL AND created_at >= $1 AND seq > $2 AND (routing_key = ANY($3) OR '#' = ANY($3))
        ORDER BY seq LIMIT ${PAGE}`,
      [since, after, keys],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.seq;
  }
}

function send(channel: ConfirmChannel, { service, queue }: ResendOptions, row: OutboxRow): void {
  channel.publish('', queue, Buffer.from(row.envelope), eventProperties(service, row));
}
