import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInfrastructure } from '@imago/infra';
import { createMessagingTables, declareTopology, inTransaction, type NewEvent, Outbox } from '@imago/messaging';
import { databaseUrls, provisionCluster, provisionDatabase, runMigrations } from '@imago/persistence';
import { PASSWORD, PASSWORDS } from '@imago/persistence/testing';
import { connect } from 'amqplib';
import { DataSource, type QueryRunner } from 'typeorm';
import { factOf } from './events/fact.ts';
import { type Figures, type Load, measure, type Send } from './events/load.ts';
import { type Addresses, startService, SUBSCRIPTIONS } from './events/service.ts';

// npm run bench:events: how long an event takes from the transaction that writes it into the outbox to the commit of the
// inbox row of another service, and how many a second; beside the least a broker can do: amqplib alone, publishing with
// confirms into a quorum queue and consuming with acknowledgements. On servers of its own, with fsync.

const LOADS: readonly Load[] = [
  { name: '20/s', messages: 300, rate: 20 },
  { name: '500/s', messages: 5_000, rate: 500 },
  { name: 'flood', messages: 5_000, rate: null },
];
const SERVICES = ['quota', 'catalog'] as const;
const QUEUE = 'bench.bare';

const directory = await mkdtemp(join(tmpdir(), 'imago-bench-'));
const infrastructure = await startInfrastructure({ directory });
const children: ChildProcess[] = [];
const figures: Figures[] = [];
try {
  const { postgres, rabbitmq } = infrastructure;
  await provisionCluster(postgres.adminUrl, PASSWORDS);
  await provisionDatabase(postgres.adminUrl, 'bench');
  const amqpUrl = await rabbitmq.createVhost('bench');
  const contextKey = randomBytes(32).toString('hex');
  const urlsOf = (service: (typeof SERVICES)[number]) => databaseUrls(postgres.adminUrl, 'bench', service, PASSWORD);
  for (const service of SERVICES) await migrate(service, urlsOf(service).migrate);
  await declareTopology(amqpUrl, { subscriptions: SUBSCRIPTIONS });
  const addressesOf = (service: (typeof SERVICES)[number]): Addresses => ({
    databaseUrl: urlsOf(service).run,
    amqpUrl,
    contextKey,
  });

  const bare = await bareSender(amqpUrl);
  await bench('amqplib alone', bare, { addresses: addressesOf('catalog'), queue: QUEUE });
  const app = await startService('quota', addressesOf('quota'));
  const [db, outbox] = [app.get(DataSource), app.get(Outbox)];
  const send: Send = (subject) =>
    inTransaction(db, (tx) => outbox.add(tx, factOf(subject) as NewEvent, { correlation_id: 'bench' }));
  await bench('outbox to inbox', send, { addresses: addressesOf('catalog'), queue: null });
  console.table(figures);
} finally {
  for (const child of children) child.kill('SIGKILL');
  await infrastructure.stop();
  await rm(directory, { recursive: true, force: true });
}
process.exit();

async function bench(way: string, send: Send, orders: object): Promise<void> {
  const receiver = fork(join(import.meta.dirname, 'events/receiver.ts'), [JSON.stringify(orders)]);
  children.push(receiver);
  const arrived = new Map<string, number>();
  await once(receiver, 'message');
  receiver.on('message', (message: [string, number]) => arrived.set(...message));
  await measure(way, { name: 'warming up', messages: 500, rate: 100 }, send, arrived);
  for (const load of LOADS) {
    const measured = await measure(way, load, send, arrived);
    figures.push(measured);
    console.log(JSON.stringify(measured));
  }
  receiver.kill('SIGKILL');
}

async function bareSender(amqpUrl: string): Promise<Send> {
  const channel = await (await connect(amqpUrl, { noDelay: true })).createConfirmChannel();
  await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  return (subject) =>
    new Promise<void>((resolve, reject) => {
      const body = Buffer.from(JSON.stringify(factOf(subject)));
      channel.sendToQueue(QUEUE, body, { persistent: true, messageId: subject }, (error) => {
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });
}

function migrate(service: 'quota' | 'catalog', url: string): Promise<unknown> {
  class Create1764000000000 {
    readonly name = 'Create1764000000000';
    up(runner: QueryRunner): Promise<void> {
      return createMessagingTables(runner, service);
    }
    down(): Promise<void> {
      return Promise.reject(new Error('it is thrown away whole'));
    }
  }
  return runMigrations({ service, url, migrations: [Create1764000000000] });
}
