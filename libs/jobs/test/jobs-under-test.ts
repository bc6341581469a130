import { randomUUID } from 'node:crypto';
import {
  type EventDefinition,
  ImageImportCancelledV1,
  ImageImportedV1,
  ImageImportFailedV1,
  ImageImportProgressedV1,
  ImportedImageExaminedV1,
  type JobView,
  type ReadinessReport,
} from '@imago/contracts';
import { createMessagingTables, inTransaction, type NewEvent, Outbox } from '@imago/messaging';
import { databaseUrls, runMigrations, serviceDataSource } from '@imago/persistence';
import { PASSWORD, provision } from '@imago/persistence/testing';
import { testEnvironment } from '@imago/testing';
import type { DataSource, QueryRunner } from 'typeorm';
import {
  addJobHosts,
  addJobTraces,
  cancelledBy,
  createJobTables,
  type JobDefinition,
  type JobPace,
  type JobRecord,
  JobRunner,
  JobStore,
  type Phase,
  type PhaseContext,
  toView,
} from '../src/index.ts';

export interface ToyInput {
  readonly name: string;
}
export interface ToyData {
  /** What the phases have noted, in order. */
  readonly notes: readonly string[];
}
export type ToyJob = JobRecord<ToyInput, ToyData>;
export type ToyContext = PhaseContext<ToyInput, ToyData>;
export type ToyPhase = Phase<ToyInput, ToyData>;
export type ToyRunner = JobRunner<ToyInput, ToyData>;

export interface RunnerSettings extends Partial<Pick<JobDefinition<ToyInput, ToyData>, 'ended' | 'cleanUp'>> {
  readonly phases: Readonly<Record<string, ToyPhase>>;
  readonly concurrency?: number;
  readonly host?: string;
  readonly leaseSeconds?: number;
  readonly maximumAttempts?: number;
  readonly stallSeconds?: number;
  readonly pace?: Partial<JobPace>;
}

/** An event of a job as it stands in the outbox. */
export interface ToyEvent {
  readonly type: string;
  readonly job: JobView;
}

/** A table of jobs in a real database, and runners for it. */
export interface JobsUnderTest {
  readonly db: DataSource;
  readonly store: JobStore<ToyInput, ToyData>;
  /** Starts a runner; `reset` stops it if the test does not. */
  run(settings: RunnerSettings): ToyRunner;
  /** Records and admits a job; answers its id. */
  queue(job?: {
    project?: string;
    key?: string | null;
    phase?: string;
    image?: string;
    host?: string;
  }): Promise<string>;
  /** Asks a job to end, as a service does. */
  cancel(jobId: string): Promise<ToyJob | null>;
  job(jobId: string): Promise<ToyJob>;
  /** Lets the lease of a job run out, as when its worker is gone. */
  expire(jobId: string): Promise<void>;
  events(jobId: string): Promise<ToyEvent[]>;
  /** The events that say how a job ended. */
  ends(jobId: string): Promise<string[]>;
  stopRunners(): Promise<void>;
  /** Begins a test: no runners, no jobs. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function jobsUnderTest(): Promise<JobsUnderTest> {
  const environment = await testEnvironment({ postgres: true, provision });
  const { adminUrl, database } = environment.postgres;
  const urls = databaseUrls(adminUrl, database, 'import', PASSWORD);
  await runMigrations({ service: 'import', url: urls.migrate, migrations: [Create1764000000000] });
  const db = await serviceDataSource({ service: 'import', url: urls.run }).initialize();
  const store = new JobStore<ToyInput, ToyData>('import');
  const runners = new Set<ToyRunner>();
  const under: JobsUnderTest = {
    db,
    store,
    run: (settings) => {
      const { phases, host, concurrency = 4, leaseSeconds = 30, pace, ...hooks } = settings;
      const { maximumAttempts = 3, stallSeconds = 60 } = settings;
      const definition = { ...EVENTS, ...hooks, firstPhase: 'first', phases, maximumAttempts, stallSeconds };
      const tools = { db, outbox: new Outbox('import'), store, definition, leaseSeconds, pace: { ...PACE, ...pace } };
      const runner = new JobRunner({
        ...tools,
        worker: randomUUID(),
        ...(host === undefined ? {} : { host }),
        concurrency,
        log: SILENT,
      });
      runners.add(runner);
      runner.start();
      return runner;
    },
    queue: ({ project = 'p1', key = null, phase = 'first', image, host } = {}) =>
      inTransaction(db, async (tx) => {
        const { job } = await store.insert(tx, {
          id: randomUUID(),
          type: 'import',
          project_id: project,
          region: 'r1',
          image_id: image ?? randomUUID(),
          host_id: host ?? null,
          phase,
          input: { name: 'toy' },
          data: { notes: [] },
          idempotency_key: key,
          request_hash: 'h',
          actor: 'u1',
          correlation_id: 'c1',
        });
        await store.admit(tx, job.id);
        return job.id;
      }),
    cancel: (jobId) =>
      inTransaction(db, async (tx) => {
        const job = await store.lock(tx, jobId);
        if (job === null) return null;
        const error = { ...cancelledBy(job), phase: job.phase };
        const moved = await store.move(tx, job, 'request_cancel', job.state === 'queued' ? { error } : {});
        if (moved?.state === 'cancelled') {
          await new Outbox('import').add(tx, EVENTS.cancelled(moved, toView(moved), error), { correlation_id: 'c1' });
        }
        return moved;
      }),
    job: async (jobId) => {
      const job = await store.find(db.manager, jobId);
      if (job === null) throw new Error(`no job ${jobId}`);
      return job;
    },
    expire: async (jobId) => {
      await db.query(`UPDATE jobs SET lease_until = now() - interval '1 second' WHERE id = $1`, [jobId]);
    },
    events: async (jobId) => {
      const rows: { envelope: string }[] = await db.query('SELECT envelope FROM outbox ORDER BY seq');
      const events = rows.map(({ envelope }) => JSON.parse(envelope) as { type: string; data: { job: JobView } });
      return events.map(({ type, data }) => ({ type, job: data.job })).filter(({ job }) => job.id === jobId);
    },
    ends: async (jobId) => {
      const types = (await under.events(jobId)).map(({ type }) => type);
      return types.filter((type) => type !== 'ImageImportProgressed');
    },
    stopRunners: async () => {
      await Promise.all([...runners].map((runner) => runner.stop()));
      runners.clear();
    },
    reset: async () => {
      await under.stopRunners();
      await db.query('DELETE FROM jobs');
      await db.query('DELETE FROM outbox');
    },
    close: async () => {
      await under.stopRunners();
      await db.destroy();
      await environment.close();
    },
  };
  return under;
}

/** The last phase of a toy. */
export const finish: ToyPhase = () => Promise.resolve({ succeeded });

function succeeded(job: ToyJob, view: JobView): NewEvent {
  return fact(ImageImportedV1, job, view, {
    object: {
      object_id: job.id,
      key: 'k',
      disk_format: 'qcow2',
      size: '1',
      virtual_size: '1',
      checksum: '0'.repeat(32),
      os_hash_algo: 'sha512',
      os_hash_value: '0'.repeat(128),
      index_hash: '0'.repeat(64),
      allocated_bytes: '1',
    },
    source: { source_uri: 's3://b/o', source_disk_format: 'raw', source_size: '1', source_etag: 'e' },
  });
}

/** What a phase may tell at its end. */
export function tellOfReport(job: ToyJob, view: JobView): NewEvent {
  const report: ReadinessReport = {
    status: 'ok',
    points: [],
    operating_system: null,
    partition_table: null,
    file_systems: [],
    bytes_read: 0,
  };
  return fact(ImportedImageExaminedV1, job, view, { report, examined_at: new Date().toISOString() });
}

const EVENTS: Pick<JobDefinition<ToyInput, ToyData>, 'progressed' | 'failed' | 'cancelled'> = {
  progressed: (job, view) => fact(ImageImportProgressedV1, job, view, {}),
  failed: (job, view, error) => fact(ImageImportFailedV1, job, view, { error }),
  cancelled: (job, view, error) => fact(ImageImportCancelledV1, job, view, { error }),
};

function fact(event: EventDefinition, job: ToyJob, view: JobView, more: object): NewEvent {
  const { project_id, region } = job;
  return { event, subject: job.id, project_id, region, data: { job: view, image_id: job.image_id, ...more } };
}

/** A hurried one: a try after the other, and a second lasts as long as it says. */
const PACE: JobPace = { beat: 100, poll: 20, retry: 20, grace: 100 };

const SILENT = { log: () => undefined, error: () => undefined };

class Create1764000000000 {
  readonly name = 'Create1764000000000';
  async up(runner: QueryRunner): Promise<void> {
    await createMessagingTables(runner, 'import');
    await createJobTables(runner, 'import');
    await addJobHosts(runner, 'import');
    await addJobTraces(runner, 'import');
  }
  down(): Promise<void> {
    return Promise.reject(new Error('a test database is thrown away whole'));
  }
}
