import { randomBytes, randomUUID } from 'node:crypto';
import { ConfirmApplied, type RequestDefinition } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { connectMessaging } from '@imago/messaging';
import { suiteDatabase, suiteTopology } from '@imago/messaging/testing';
import { DnsResolver, HostResolver } from '@imago/outbound';
import { databaseUrl } from '@imago/persistence/testing';
import { loadConfig } from '@imago/service';
import { testEnvironment } from '@imago/testing';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { ActivityModule } from '../src/activity.module.ts';
import { activityConfig } from '../src/config.ts';
import { ACTIVITY_MIGRATIONS } from '../src/migrations/activity-migrations.ts';
import { type Neighbour, type NeighbourAddresses, startNeighbour } from './neighbours.ts';

export const REGION = 'region-1';

/** Activity with the services it listens to, on a database and a broker of its own. */
export interface ActivityUnderTest {
  readonly catalog: Neighbour;
  readonly import: Neighbour;
  readonly quota: Neighbour;
  /** As the role activity runs as. */
  readonly app: INestApplication;
  readonly db: DataSource;
  readonly replicas: readonly INestApplication[];
  /** Asks activity as somebody. */
  ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    context: RequestContext,
  ): Promise<R['response']['_output']>;
  /** Waits until these events are applied, as the gateway does before it answers a write. */
  applied(...ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Somebody of a project; a member unless said otherwise. */
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

/** A database and a broker with everything declared and nothing running. */
export interface Ground extends NeighbourAddresses {
  readonly close: () => Promise<void>;
}

export async function prepareGround(): Promise<Ground> {
  const env = await testEnvironment({
    postgres: true,
    rabbitmq: true,
    vhost: suiteTopology,
    provision: suiteDatabase('activity', ACTIVITY_MIGRATIONS),
  });
  return {
    runUrl: (service) => databaseUrl(env.postgres, service, 'run'),
    amqpUrl: env.rabbitmq.amqpUrl,
    contextKey: randomBytes(32).toString('hex'),
    close: env.close,
  };
}

/** What a suite changes about activity. */
export interface ActivityOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Instead of the system's name servers. */
  readonly resolver?: HostResolver;
}

export async function startActivity(replicaCount = 1, options: ActivityOptions = {}): Promise<ActivityUnderTest> {
  const ground = await prepareGround();
  const key = randomBytes(32).toString('hex');
  const [catalog, importing, quota, ...replicas] = await Promise.all([
    startNeighbour('catalog', ground),
    startNeighbour('import', ground),
    startNeighbour('quota', ground),
    ...Array.from({ length: replicaCount }, () => startReplica(ground, key, options)),
  ]);
  const [first] = replicas;
  if (first === undefined) throw new Error('there is no replica to test');
  const ask: ActivityUnderTest['ask'] = (definition, data, context) =>
    catalog.requests.send(definition, data, { context });
  return {
    catalog,
    import: importing,
    quota,
    app: first,
    db: first.get(DataSource),
    replicas,
    ask,
    applied: async (...event_ids) => {
      for (let start = 0; start < event_ids.length; start += 100)
        await confirm(ask, event_ids.slice(start, start + 100));
    },
    close: async () => {
      for (const part of [catalog, importing, quota, ...replicas]) await part.close();
      await ground.close();
    },
  };
}

async function confirm(ask: ActivityUnderTest['ask'], event_ids: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 15; tries++) {
    const request = { event_ids: [...event_ids], wait_ms: 2000 };
    if ((await ask(ConfirmApplied, request, operator())).applied) return;
  }
  throw new Error(`activity has not applied ${event_ids.join(', ')}`);
}

async function startReplica(
  { runUrl, amqpUrl, contextKey }: NeighbourAddresses,
  key: string,
  { settings = {}, resolver = new DnsResolver() }: ActivityOptions,
): Promise<INestApplication> {
  const config = loadConfig(activityConfig, {
    DATABASE_URL: runUrl('activity'),
    AMQP_URL: amqpUrl,
    IMAGO_CONTEXT_KEY: contextKey,
    ACTIVITY_WEBHOOK_KEY: key,
    ...settings,
  });
  const module = await Test.createTestingModule({ imports: [ActivityModule.forRoot(config)] })
    .overrideProvider(HostResolver)
    .useValue(resolver)
    .compile();
  const app = module.createNestApplication();
  app.useLogger(['error', 'warn']);
  await app.init();
  await connectMessaging(app);
  return app;
}
