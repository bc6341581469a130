import { randomBytes } from 'node:crypto';
import { QuotaReservedV1, type Service } from '@imago/contracts';
import { databaseUrls, PERSISTENT_SERVICES, type PersistentService, runMigrations } from '@imago/persistence';
import { PASSWORD, provision } from '@imago/persistence/testing';
import { testEnvironment } from '@imago/testing';
import { connect, type ConfirmChannel, type Options } from 'amqplib';
import pg from 'pg';
import type { QueryRunner } from 'typeorm';
import {
  createMessagingTables,
  declareTopology,
  dropMessagingTables,
  EVENT_LOG,
  EVENTS_EXCHANGE,
  type MessagingOptions,
} from '../src/index.ts';
import {
  LADDER_UNDER_TEST,
  type ServiceAddresses,
  type ServiceOptions,
  startService,
  type ServiceUnderTest,
  SUBSCRIPTIONS_UNDER_TEST,
} from './service-under-test.ts';

/** An effect of an event, in the order of writing. */
export interface Effect {
  readonly event_id: string;
  readonly subject: string;
  readonly used: number;
}

/** A database and a broker with the tables and the topology of all services, and ways to look inside. */
export interface MessagingUnderTest {
  readonly amqpUrl: string;
  addressesOf(service: Service, amqpUrl?: string): ServiceAddresses;
  /** Starts a service in this process; `close` stops it if the test does not. */
  start(options: ServiceOptions, amqpUrl?: string): Promise<ServiceUnderTest>;
  /** Runs a statement as the role that migrates a service. */
  query<R extends pg.QueryResultRow>(service: PersistentService, statement: string, values?: unknown[]): Promise<R[]>;
  /** Ends the database sessions whose application name starts so, as a server that noticed their death would. */
  endSessions(name: string): Promise<number>;
  /** What a service has written, in order. */
  effects(service: PersistentService): Promise<Effect[]>;
  /** A channel of the test's own. */
  readonly channel: ConfirmChannel;
  /** Publishes as a stranger could: any bytes, under the routing key of QuotaReserved when no other is given. */
  send(body: Buffer | string, properties?: Options.Publish, routingKey?: string): Promise<void>;
  /** How many messages wait in a queue. */
  waiting(queue: string): Promise<number>;
  /** Begins a test: no services, empty tables, empty queues. */
  reset(): Promise<void>;
  /** Declares the topology again, for tests that took something of it away. */
  declare(): Promise<void>;
  close(): Promise<void>;
}

export async function messagingUnderTest(
  declared: Pick<MessagingOptions, 'subscriptions' | 'ladder'> = {},
): Promise<MessagingUnderTest> {
  const environment = await testEnvironment({ postgres: true, rabbitmq: true, provision });
  const { amqpUrl } = environment.rabbitmq;
  const contextKey = randomBytes(32).toString('hex');
  const urlsOf = (service: PersistentService) =>
    databaseUrls(environment.postgres.adminUrl, environment.postgres.database, service, PASSWORD);
  await Promise.all(PERSISTENT_SERVICES.map((service) => migrate(service, urlsOf(service).migrate)));
  const connection = await connect(amqpUrl);
  connection.on('error', () => undefined);
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined); // the failing call says it
  const topology = { subscriptions: SUBSCRIPTIONS_UNDER_TEST, ladder: LADDER_UNDER_TEST, ...declared, settle_ms: 0 };
  const queues = await declareTopology(amqpUrl, topology);
  const pools = new Map<string, pg.Pool>();
  const running = new Set<ServiceUnderTest>();
  const stopAll = async (): Promise<void> => {
    await Promise.all([...running].map((service) => service.stop()));
    running.clear();
  };
  const under: MessagingUnderTest = {
    amqpUrl,
    addressesOf: (service, url = amqpUrl) => ({
      databaseUrl: urlsOf(persistent(service)).run,
      amqpUrl: url,
      contextKey,
    }),
    start: async (options, url = amqpUrl) => {
      const service = await startService(under.addressesOf(options.service, url), options);
      running.add(service);
      return service;
    },
    query: async <R extends pg.QueryResultRow>(service: PersistentService, statement: string, values?: unknown[]) => {
      const pool = pools.get(service) ?? poolOf(urlsOf(service).migrate);
      pools.set(service, pool);
      return (await pool.query<R>(statement, values)).rows;
    },
    endSessions: async (name) => {
      const admin = new pg.Client({ connectionString: environment.postgres.adminUrl });
      await admin.connect();
      const ended = await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE $2 || '%'`,
        [environment.postgres.database, name],
      );
      await admin.end();
      return ended.rowCount ?? 0;
    },
    effects: (service) => under.query<Effect>(service, 'SELECT event_id, subject, used FROM effects ORDER BY seq'),
    channel,
    send: async (body, properties = {}, routingKey = QuotaReservedV1.routingKey) => {
      channel.publish(EVENTS_EXCHANGE, routingKey, Buffer.from(body), { persistent: true, ...properties });
      await channel.waitForConfirms();
    },
    waiting: async (queue) => (await channel.checkQueue(queue)).messageCount,
    reset: async () => {
      await stopAll();
      await Promise.all(PERSISTENT_SERVICES.map((service) => under.query(service, 'TRUNCATE outbox, inbox, effects')));
      await Promise.all(queues.filter((queue) => queue !== EVENT_LOG).map((queue) => channel.purgeQueue(queue)));
    },
    declare: async () => {
      await declareTopology(amqpUrl, topology);
    },
    close: async () => {
      await stopAll();
      await connection.close();
      for (const pool of pools.values()) await pool.end();
      await environment.close();
    },
  };
  return under;
}

/** The gateway owns no schema; here it borrows one to start at all. */
function persistent(service: Service): PersistentService {
  return service === 'gateway' ? 'activity' : service;
}

async function migrate(service: PersistentService, url: string): Promise<void> {
  class Create1764000000000 {
    readonly name = 'Create1764000000000';
    async up(runner: QueryRunner): Promise<void> {
      await createMessagingTables(runner, service);
      await runner.query(
        'CREATE TABLE effects (seq bigserial PRIMARY KEY, event_id uuid NOT NULL, subject text NOT NULL, used int)',
      );
    }
    async down(runner: QueryRunner): Promise<void> {
      await dropMessagingTables(runner, service);
    }
  }
  await runMigrations({ service, url, migrations: [Create1764000000000] });
}

/** The database is dropped under what is still closing. */
function poolOf(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 2 });
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
