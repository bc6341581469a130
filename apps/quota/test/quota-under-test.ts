import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestDefinition } from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import { suiteDatabase, suiteTopology } from '@imago/messaging/testing';
import type { PersistentService } from '@imago/persistence';
import { databaseUrl, superuserUrl } from '@imago/persistence/testing';
import { loadConfig, rootLogger, type RunningService, startService } from '@imago/service';
import { eventually, testEnvironment } from '@imago/testing';
import { DataSource } from 'typeorm';
import { quotaConfig } from '../src/config.ts';
import { QUOTA_MIGRATIONS } from '../src/migrations/quota-migrations.ts';
import { quotaService } from '../src/quota-service.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';

export const REGIONS = ['region-1', 'region-2'] as const;

/** Two replicas of quota with its neighbours, on a database and a broker of their own. */
export interface QuotaUnderTest extends Neighbours {
  /** As superuser. */
  readonly db: DataSource;
  /** Asks quota as somebody. */
  ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    context: RequestContext,
  ): Promise<R['response']['_output']>;
  /** Returns when quota has applied these events, whether they changed something or not, and told of it. */
  applied(...eventIds: readonly string[]): Promise<void>;
}

/** Somebody of a project. */
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

/** Catalog at work for a project. */
export function catalogFor(project: string): RequestContext {
  return serviceContext('catalog', project, randomUUID());
}

export async function startQuota(settings: Readonly<Record<string, string>> = {}): Promise<QuotaUnderTest> {
  const env = await testEnvironment({
    postgres: true,
    rabbitmq: true,
    vhost: suiteTopology,
    provision: suiteDatabase('quota', QUOTA_MIGRATIONS),
  });
  const contextKey = randomBytes(32).toString('hex');
  const { amqpUrl } = env.rabbitmq;
  const runUrl = (service: PersistentService): string => databaseUrl(env.postgres, service, 'run');
  const directory = await mkdtemp(join(tmpdir(), 'imago-quota-'));
  const regionsFile = join(directory, 'regions.json');
  await writeFile(regionsFile, JSON.stringify(REGIONS.map((name) => ({ name, s3: {} }))));
  const config = loadConfig(quotaConfig, {
    DATABASE_URL: runUrl('quota'),
    AMQP_URL: amqpUrl,
    IMAGO_CONTEXT_KEY: contextKey,
    IMAGO_REGIONS_FILE: regionsFile,
    QUOTA_SWEEP_SECONDS: '0.1',
    ...settings,
  });
  const neighbours = await startNeighbours({ runUrl, amqpUrl, contextKey });
  const replicas: RunningService[] = [];
  for (let replica = 0; replica < 2; replica++) {
    replicas.push(await startService(quotaService(config), rootLogger('quota', 'fatal')));
  }
  const db = await new DataSource({ type: 'postgres', url: superuserUrl(env.postgres) }).initialize();
  return {
    ...neighbours,
    db,
    ask: (definition, data, context) => neighbours.requests.send(definition, data, { context }),
    applied: (...ids) => applied(db, ids),
    close: async () => {
      await neighbours.close();
      for (const replica of replicas) await replica.stop();
      await db.destroy();
      await rm(directory, { recursive: true });
      await env.close();
    },
  };
}

async function applied(db: DataSource, ids: readonly string[]): Promise<void> {
  await eventually(async () => {
    const found: unknown[] = await db.query('SELECT 1 FROM quota.inbox WHERE message_id = ANY($1::uuid[])', [ids]);
    const pending: unknown[] = await db.query('SELECT 1 FROM quota.outbox WHERE published_at IS NULL');
    if (found.length < new Set(ids).size || pending.length > 0) throw new Error('not every event has been applied');
  });
}
