import { SUBSCRIPTIONS } from '@imago/contracts';
import { inTransaction, MessagingModule, type NewEvent, Outbox, RequestClient } from '@imago/messaging';
import { type PersistentService, PersistenceModule } from '@imago/persistence';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { DataSource } from 'typeorm';

/** Where the neighbours of activity run. */
export interface NeighbourAddresses {
  readonly runUrl: (service: PersistentService) => string;
  readonly amqpUrl: string;
  readonly contextKey: string;
}

/** The services whose events the tests publish. */
export type Publisher = Exclude<PersistentService, 'activity'>;
export const PUBLISHERS: readonly Publisher[] = ['catalog', 'import', 'quota'];

/** A neighbour: its outbox and relay are real, there is nothing behind them. */
export interface Neighbour {
  readonly requests: RequestClient;
  /** Adds the events in one transaction, so that they leave in this order; answers their ids. */
  publish(...facts: Fact[]): Promise<string[]>;
  /** Sends this very text as an event, whatever contracts say of it. */
  publishText(id: string, routingKey: string, text: string): Promise<void>;
  /** Sends an event again that has been sent before. */
  republish(id: string): Promise<void>;
  /** The event as it was sent, byte for byte. */
  sent(id: string): Promise<string>;
  close(): Promise<void>;
}

/** An event with what a test says of its envelope. */
export type Fact = NewEvent;

export async function startNeighbour(service: Publisher, addresses: NeighbourAddresses): Promise<Neighbour> {
  const app = await start(service, addresses);
  const outbox = app.get(Outbox);
  const db = app.get(DataSource);
  return {
    requests: app.get(RequestClient),
    publish: (...facts) =>
      inTransaction(db, async (tx) => {
        const ids: string[] = [];
        for (const fact of facts) ids.push(await outbox.add(tx, fact, { correlation_id: 'tests', actor: 'a-user' }));
        return ids;
      }),
    publishText: (id, routingKey, text) =>
      inTransaction(db, async (tx) => {
        await tx.query(
          `INSERT INTO "${service}".outbox (id, routing_key, partition_key, envelope) VALUES ($1, $2, $3, $4)`,
          [id, routingKey, id, text],
        );
      }),
    republish: (id) =>
      inTransaction(db, async (tx) => {
        await tx.query(`UPDATE "${service}".outbox SET published_at = NULL WHERE id = $1`, [id]);
      }),
    sent: async (id) => {
      const rows: { envelope: string }[] = await db.query(`SELECT envelope FROM "${service}".outbox WHERE id = $1`, [
        id,
      ]);
      return rows[0]?.envelope ?? '';
    },
    close: () => app.close(),
  };
}

async function start(
  service: Publisher,
  { runUrl, amqpUrl, contextKey }: NeighbourAddresses,
): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRoot({ service, url: runUrl(service) }),
      MessagingModule.forRoot({
        service,
        amqpUrl,
        contextKey,
        registry: new Registry(),
        subscriptions: { ...SUBSCRIPTIONS, [service]: [] },
      }),
    ],
  }).compile();
  const app = module.createNestApplication();
  app.useLogger(['error', 'warn']);
  await app.init();
  return app;
}
