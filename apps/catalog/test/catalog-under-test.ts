import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Difference, type RequestDefinition, type Service } from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import { suiteDatabase, suiteTopology } from '@imago/messaging/testing';
import { type ObjectStore, Regions } from '@imago/object-store';
import type { PersistentService } from '@imago/persistence';
import { databaseUrl } from '@imago/persistence/testing';
import { loadConfig, rootLogger, startService } from '@imago/service';
import { eventually, testEnvironment } from '@imago/testing';
import type { INestApplication } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { catalogService } from '../src/catalog-service.ts';
import { catalogConfig } from '../src/config.ts';
import { CATALOG_MIGRATIONS } from '../src/migrations/catalog-migrations.ts';
import { ReconcileObjects } from '../src/reconciliations/reconcile-objects.ts';
import { type NeighbourAddresses, type Neighbours, startNeighbours } from './neighbours.ts';

export const REGION = 'region-1';
export const OTHER_REGION = 'region-2';

/** One catalog with its neighbours, on a database, a broker and a bucket of its own. */
export interface CatalogUnderTest extends Neighbours {
  readonly app: INestApplication;
  readonly db: DataSource;
  /** The bucket of {@link REGION}. */
  readonly store: ObjectStore;
  /** Asks catalog as somebody. */
  ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    context: RequestContext,
    timeoutMs?: number,
  ): Promise<R['response']['_output']>;
  /** What rows and the store of {@link REGION} tell differently now. */
  wrongObjects(): Promise<readonly Difference[]>;
  /** Returns when catalog has applied these events, whether they changed something or not. */
  applied(...eventIds: readonly string[]): Promise<void>;
}

/** A member of a project. */
export function tenant(project: string, roles: RequestContext['roles'] = ['member', 'reader']): RequestContext {
  const id = randomUUID();
  return {
    user_id: `user-of-${project}`,
    user_name: project,
    project_id: project,
    roles,
    request_id: id,
    correlation_id: id,
  };
}

export function operator(): RequestContext {
  return tenant('operators', ['admin', 'member', 'reader']);
}

/** The import service at work for a project. */
export function worker(project: string): RequestContext {
  return serviceContext('import', project, randomUUID());
}

/** @param door makes a way to the store at an endpoint, and answers where catalog finds it */
export async function startCatalog(
  settings: Readonly<Record<string, string>> = {},
  door: (endpoint: string) => Promise<string> = (endpoint) => Promise.resolve(endpoint),
): Promise<CatalogUnderTest> {
  const env = await testEnvironment({
    postgres: true,
    rabbitmq: true,
    s3: true,
    vhost: suiteTopology,
    provision: suiteDatabase('catalog', CATALOG_MIGRATIONS),
  });
  const contextKey = randomBytes(32).toString('hex');
  const addresses: NeighbourAddresses = {
    runUrl: (service) => databaseUrl(env.postgres, persistent(service), 'run'),
    amqpUrl: env.rabbitmq.amqpUrl,
    contextKey,
  };
  const directory = await mkdtemp(join(tmpdir(), 'imago-catalog-'));
  const regionsFile = join(directory, 'regions.json');
  const { region, bucket, administration, access_key, secret_key } = env.s3;
  const endpoint = await door(env.s3.endpoint);
  const otherBucket = `${bucket}-2`;
  await administration.createBucket(otherBucket);
  const key = await administration.addKey({ access_key, secret_key }, [bucket, otherBucket]);
  const regions = [
    { name: REGION, default: true, s3: { endpoint, region, bucket, ...key } },
    { name: OTHER_REGION, s3: { endpoint, region, bucket: otherBucket, ...key } },
  ];
  await writeFile(regionsFile, JSON.stringify(regions));
  const config = loadConfig(catalogConfig, {
    DATABASE_URL: addresses.runUrl('catalog'),
    AMQP_URL: addresses.amqpUrl,
    IMAGO_CONTEXT_KEY: contextKey,
    IMAGO_REGIONS_FILE: regionsFile,
    CATALOG_SWEEP_SECONDS: '0.1',
    ...settings,
  });
  const neighbours = await startNeighbours(addresses);
  const running = await startService(catalogService(config), rootLogger('catalog', 'error'));
  const db = running.app.get(DataSource);
  return {
    ...neighbours,
    app: running.app,
    db,
    wrongObjects: async () => (await running.app.get(ReconcileObjects).find(REGION)).differences,
    applied: (...ids) => applied(db, ids),
    store: running.app.get(Regions).get(REGION).store,
    ask: (definition, data, context, timeoutMs = 10_000) =>
      neighbours.requests.send(definition, data, { context, timeout_ms: timeoutMs }),
    close: async () => {
      await neighbours.close();
      await running.stop();
      await rm(directory, { recursive: true });
      await administration.deleteBucket(otherBucket);
      await env.close();
    },
  };
}

async function applied(db: DataSource, ids: readonly string[]): Promise<void> {
  await eventually(async () => {
    const found: unknown[] = await db.query('SELECT 1 FROM catalog.inbox WHERE message_id = ANY ($1::uuid[])', [ids]);
    if (found.length < new Set(ids).size) throw new Error('not every event has been applied');
  });
}

function persistent(service: Service): PersistentService {
  if (service === 'gateway') throw new Error('the gateway keeps no state');
  return service;
}
