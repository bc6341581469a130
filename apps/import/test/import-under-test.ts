import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AssignBucket,
  type EventEnvelope,
  type JobView,
  RequestImport,
  type RequestDefinition,
  type RequestOf,
  type Service,
  SERVICES,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { connectMessaging, declareTopology, Outbox, RequestClient } from '@imago/messaging';
import { type ObjectStore, Regions, regionsFile } from '@imago/object-store';
import { type PersistentService, runMigrations } from '@imago/persistence';
import { eventually, testEnvironment } from '@imago/testing';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { importConfig } from '../src/config.ts';
import { ImportModule } from '../src/import.module.ts';
import type { ImportJob } from '../src/imports/import-job.ts';
import { IMPORT_RUNNER, ImportJobs } from '../src/imports/import-jobs.ts';
import { IMPORT_MIGRATIONS } from '../src/migrations/import-migrations.ts';
import { databaseUrl, provision } from './databases.ts';
import { ImportWorker, type WorkerSurroundings } from './import-worker.ts';
import { messagingTablesOf, type Neighbours, startNeighbours } from './neighbours.ts';

export const REGION = 'region-1';
export const PROJECT = 'p-a';
const OTHER_PROJECT = 'p-b';
const ENDED = ['succeeded', 'failed', 'cancelled'];

type Request = RequestOf<typeof RequestImport>;

/** The import service with its neighbours, on a database, a broker and buckets of its own; the workers are hired. */
export interface ImportUnderTest extends Neighbours {
  readonly app: INestApplication;
  readonly db: DataSource;
  /** The images of {@link REGION}. */
  readonly store: ObjectStore;
  /** The bucket of {@link PROJECT}, and what is in it. */
  readonly files: ObjectStore;
  readonly bucket: string;
  /** The bucket of another project. */
  readonly otherBucket: string;
  readonly qemuImg: string;
  /** A folder that goes with the suite. */
  readonly directory: string;
  hire(config?: Partial<WorkerSurroundings['config']>): Promise<ImportWorker>;
  ask<R extends RequestDefinition>(
    definition: R,
    data: R['request']['_input'],
    context?: RequestContext,
  ): Promise<R['response']['_output']>;
  /** Asks for an import of `object` as a member of {@link PROJECT}. */
  request(object: string, change?: Partial<Request>): Promise<JobView>;
  job(jobId: string): Promise<ImportJob>;
  /** The job once it has ended. */
  ended(jobId: string): Promise<ImportJob>;
  /** The events of a job once the last of them has come. */
  eventsOf(jobId: string): Promise<readonly EventEnvelope[]>;
  /** What a job has in the journal. */
  journalOf(jobId: string): Promise<readonly number[]>;
  /** As if the lease of a lost worker had run out by now. */
  expireLease(jobId: string): Promise<void>;
  close(): Promise<void>;
}

/** Somebody of a project. Each call is a request of its own. */
export function tenant(project = PROJECT, roles: RequestContext['roles'] = ['member']): RequestContext {
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

/** A request as the gateway makes it. */
export function importOf(bucket: string, object: string, change: Partial<Request> = {}): Request {
  return {
    region: REGION,
    idempotency_key: null,
    source: { bucket, object },
    disk_format: 'raw',
    facts: {
      name: 'web',
      description: null,
      image_type: 'system_disk',
      architecture: 'x86_64',
      os_distro: 'debian',
      os_version: '12',
      min_disk: 10,
      min_ram: 0,
      boot_mode: null,
      enterprise_project_id: 'default',
      tags: [],
    },
    agreement_accepted: true,
    ...change,
  };
}

export async function startImport(settings: Readonly<Record<string, string>> = {}): Promise<ImportUnderTest> {
  const env = await testEnvironment({ postgres: true, rabbitmq: true, s3: true, qemu: true, provision });
  const contextKey = randomBytes(32).toString('hex');
  const runUrl = (service: Service): string => databaseUrl(env.postgres, persistent(service), 'run');
  const directory = await mkdtemp(join(tmpdir(), 'imago-import-'));
  const buckets = { own: `${env.s3.bucket}-a`, other: `${env.s3.bucket}-b` };
  const [regions] = await Promise.all([
    makeBuckets(env.s3, Object.values(buckets)),
    declareTopology(env.rabbitmq.amqpUrl, { settle_ms: 0 }),
    migrateAll((service) => databaseUrl(env.postgres, persistent(service), 'migrate')),
  ]);
  const regionsPath = join(directory, 'regions.json');
  await writeFile(regionsPath, JSON.stringify(regions));
  const config = importConfig.parse({
    DATABASE_URL: runUrl('import'),
    AMQP_URL: env.rabbitmq.amqpUrl,
    IMAGO_CONTEXT_KEY: contextKey,
    IMAGO_REGIONS_FILE: regionsPath,
    IMPORT_CONCURRENCY: '1',
    IMPORT_MAXIMUM_ATTEMPTS: '2',
    ...settings,
  });
  const neighbours = await startNeighbours({ runUrl, amqpUrl: env.rabbitmq.amqpUrl, contextKey });
  const crew = new Crew();
  const module = await Test.createTestingModule({ imports: [ImportModule.forRoot(config)] })
    .overrideProvider(IMPORT_RUNNER)
    .useValue(crew)
    .compile();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a class, only as a type
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  await app.init();
  await connectMessaging(app);
  const surroundings = { config, regions, outbox: app.get(Outbox), requests: app.get(RequestClient) };
  const ask: ImportUnderTest['ask'] = (definition, data, context = tenant()) =>
    neighbours.requests.send(definition, data, { context });
  const operator = tenant('operators', ['admin']);
  await ask(AssignBucket, { project_id: PROJECT, region: REGION, bucket: buckets.own }, operator);
  await ask(AssignBucket, { project_id: OTHER_PROJECT, region: REGION, bucket: buckets.other }, operator);
  const region = app.get(Regions).get(REGION);
  return {
    ...neighbours,
    ...looks(app, neighbours),
    app,
    db: app.get(DataSource),
    store: region.store,
    files: region.bucketStore(buckets.own),
    bucket: buckets.own,
    otherBucket: buckets.other,
    qemuImg: env.qemu.qemuImg,
    directory,
    ask,
    request: async (object, change) => (await ask(RequestImport, importOf(buckets.own, object, change))).job,
    hire: (change = {}) => crew.hire({ ...surroundings, config: { ...config, ...change } }),
    close: async () => {
      await crew.dismiss();
      await neighbours.close();
      await app.close();
      for (const bucket of Object.values(buckets)) await env.s3.administration.deleteBucket(bucket);
      await rm(directory, { recursive: true });
      await env.close();
    },
  };
}

/** The ways a test looks at what import has. */
function looks(
  app: INestApplication,
  { recorder }: Neighbours,
): Pick<ImportUnderTest, 'job' | 'ended' | 'eventsOf' | 'journalOf' | 'expireLease'> {
  const db = app.get(DataSource);
  const { store } = app.get(ImportJobs);
  const job = async (jobId: string): Promise<ImportJob> => {
    const found = await store.find(db.manager, jobId);
    if (found === null) throw new Error(`there is no job ${jobId}`);
    return found;
  };
  const ended = (jobId: string): Promise<ImportJob> =>
    eventually(
      async () => {
        const found = await job(jobId);
        if (!ENDED.includes(found.state)) throw new Error(`job ${jobId} is ${found.state} in ${found.phase}`);
        return found;
      },
      { timeout: 30_000 },
    );
  return {
    job,
    ended,
    eventsOf: async (jobId) => {
      const { image_id } = await ended(jobId);
      return eventually(() => {
        const events = recorder.about(image_id ?? '');
        const last = events.at(-1)?.type ?? 'nothing';
        if (!/Imported|Failed|Cancelled/.test(last)) throw new Error(`the last event is ${last}`);
        return events;
      });
    },
    journalOf: async (jobId) => {
      const rows: { part_number: number }[] = await db.query(
        'SELECT part_number FROM import.parts WHERE job_id = $1 ORDER BY part_number',
        [jobId],
      );
      return rows.map((row) => row.part_number);
    },
    expireLease: async (jobId) => {
      await db.query('UPDATE import.jobs SET lease_until = now() - make_interval(secs => 1) WHERE id = $1', [jobId]);
    },
  };
}

/** The workers of a suite, in the place of the one the service runs by itself. */
class Crew {
  readonly #workers = new Set<ImportWorker>();

  async hire(surroundings: WorkerSurroundings): Promise<ImportWorker> {
    const worker = await ImportWorker.hire(surroundings);
    this.#workers.add(worker);
    return worker;
  }

  async dismiss(): Promise<void> {
    for (const worker of this.#workers) await worker.dismiss();
  }

  start(): void {
    // Every worker is hired by a test.
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  wake(): void {
    for (const { runner } of this.#workers) runner.wake();
  }

  noticeCancel(jobId: string): void {
    for (const { runner } of this.#workers) runner.noticeCancel(jobId);
  }
}

async function makeBuckets(
  s3: Awaited<ReturnType<typeof testEnvironment<{ s3: true }>>>['s3'],
  names: readonly string[],
): Promise<ReturnType<typeof regionsFile.parse>> {
  const { endpoint, region, bucket, administration, access_key, secret_key } = s3;
  for (const name of names) await administration.createBucket(name);
  const key = await administration.addKey({ access_key, secret_key }, [bucket, ...names]);
  return regionsFile.parse([{ name: REGION, default: true, s3: { endpoint, region, bucket, ...key } }]);
}

async function migrateAll(migrateUrl: (service: Service) => string): Promise<void> {
  await Promise.all(
    SERVICES.filter((service) => service !== 'gateway').map((service) =>
      runMigrations({
        service,
        url: migrateUrl(service),
        migrations: service === 'import' ? IMPORT_MIGRATIONS : [messagingTablesOf(service)],
      }),
    ),
  );
}

function persistent(service: Service): PersistentService {
  if (service === 'gateway') throw new Error('the gateway keeps no state');
  return service;
}
