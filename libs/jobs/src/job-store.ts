import type { JobType } from '@imago/contracts';
import { activeTraceparent } from '@imago/tracing';
import type { DataSource, EntityManager } from 'typeorm';
import { type JobError, type JobRecord } from './job-record.ts';
import { type JobTrigger, nextState } from './job-transitions.ts';
import { LeaseLostError } from './job-failure.ts';

/** What is needed to record a job. */
export interface NewJob<Input, Data> {
  readonly id: string;
  readonly type: JobType;
  readonly project_id: string;
  readonly region: string;
  readonly image_id: string | null;
  /** The only host whose workers may do it; absent or null: any worker. */
  readonly host_id?: string | null;
  readonly phase: string;
  readonly input: Input;
  readonly data: Data;
  readonly idempotency_key: string | null;
  /** A hash of the request, to tell a repeated request from another one under the same key. */
  readonly request_hash: string;
  readonly actor: string | null;
  readonly correlation_id: string;
}

/** The proof that a worker holds a job. */
export interface Lease {
  readonly job_id: string;
  readonly fencing_token: bigint;
}

/** Columns a holder changes. Undefined leaves a column as it is. */
export interface JobChange<Data> {
  readonly phase?: string;
  readonly data?: Data;
  readonly bytes_done?: bigint;
  readonly bytes_total?: bigint | null;
  readonly rate?: bigint | null;
  readonly eta?: number | null;
  readonly attempt?: number;
  readonly error?: JobError;
}

/** Which jobs a worker takes beside those that anybody may. */
export interface ClaimPlace {
  /** The host whose own jobs it does; only those of no host when absent. */
  readonly host?: string;
  /** The regions of which it does jobs of no host; every region when absent. */
  readonly regions?: readonly string[];
}

const ALIVE = `('queued', 'running', 'cancelling')`;
const OF_TYPE = '($2::text[] IS NULL OR type = ANY ($2))';

/** The job table of one service. Every write of a holder is guarded by its fencing token. */
export class JobStore<Input, Data> {
  readonly #table: string;
  readonly #types: readonly JobType[] | null;

  /**
   * @param types of the jobs that are claimed and taken back through it, where several tables of phases share one table
   * of jobs; every type when absent.
   */
  constructor(schema: string, types: readonly JobType[] | null = null) {
    this.#table = `"${schema}".jobs`;
    this.#types = types;
  }

  /**
   * Records a job in `admitting`, as part of the trace under way, or returns the one that already has the idempotency
   * key.
   * @returns the job and whether it is new.
   */
  async insert(
    tx: EntityManager,
    job: NewJob<Input, Data>,
  ): Promise<{ job: JobRecord<Input, Data> & { request_hash: string }; created: boolean }> {
    const inserted = await this.#rows(
      tx,
      `INSERT INTO ${this.#table} (id, type, project_id, region, image_id, state, phase, input, data, idempotency_key,
         request_hash, actor, correlation_id, host_id, traceparent)
       VALUES ($1, $2, $3, $4, $5, 'admitting', $6, $7, $8, $9, $10, $11, $12, $13, $14)
       ON CONFLICT ON CONSTRAINT jobs_idempotency_key_unique DO NOTHING RETURNING *`,
      [
        job.id,
        job.type,
        job.project_id,
        job.region,
        job.image_id,
        job.phase,
        JSON.stringify(job.input),
        JSON.stringify(job.data),
        job.idempotency_key,
        job.request_hash,
        job.actor,
        job.correlation_id,
        job.host_id ?? null,
        activeTraceparent() ?? null,
      ],
    );
    if (inserted[0] !== undefined) return { job: inserted[0], created: true };
    const [existing] = await this.#rows(
      tx,
      `SELECT * FROM ${this.#table} WHERE project_id = $1 AND idempotency_key = $2`,
      [job.project_id, job.idempotency_key],
    );
    if (existing === undefined) throw new Error(`Job ${job.id} conflicts with one that is gone; ask again`);
    return { job: existing, created: false };
  }

  /**
   * Promises an admitted job, with what the admission found out: from here on it is queued and will end. A host named
   * here is the one whose workers do it.
   */
  async admit(tx: EntityManager, jobId: string, data?: Data, hostId?: string): Promise<JobRecord<Input, Data> | null> {
    const [job] = await this.#rows(
      tx,
      `UPDATE ${this.#table} SET state = 'queued', data = coalesce($2::jsonb, data), host_id = coalesce($3, host_id),
         updated_at = now(), version = version + 1
       WHERE id = $1 AND state = 'admitting' RETURNING *`,
      [jobId, data === undefined ? null : JSON.stringify(data), hostId ?? null],
    );
    return job ?? null;
  }

  /**
   * Takes back a job that was never promised.
   * @returns whether there was one: false when it was promised or taken back meanwhile.
   */
  async forget(tx: EntityManager, jobId: string): Promise<boolean> {
    const forgotten = await this.#rows(
      tx,
      `DELETE FROM ${this.#table} WHERE id = $1 AND state = 'admitting' RETURNING *`,
      [jobId],
    );
    return forgotten.length > 0;
  }

  /** Jobs whose admission was cut off at least `seconds` ago. */
  async staleAdmissions(db: DataSource, seconds: number): Promise<JobRecord<Input, Data>[]> {
    return this.#rows(
      db.manager,
      `SELECT * FROM ${this.#table} WHERE state = 'admitting' AND created_at < now() - make_interval(secs => $1)
         AND ($2::text[] IS NULL OR type = ANY ($2)) LIMIT 100`,
      [seconds, this.#types],
    );
  }

  async find(db: EntityManager, jobId: string): Promise<JobRecord<Input, Data> | null> {
    const [job] = await this.#rows(db, `SELECT * FROM ${this.#table} WHERE id = $1 AND ${OF_TYPE}`, [
      jobId,
      this.#types,
    ]);
    return job ?? null;
  }

  /** Whether a request of this key was accepted before: then what became of things since does not matter. */
  async hasKey(db: EntityManager, projectId: string, key: string): Promise<boolean> {
    const rows: unknown[] = await db.query(
      `SELECT 1 FROM ${this.#table} WHERE project_id = $1 AND idempotency_key = $2`,
      [projectId, key],
    );
    return rows.length > 0;
  }

  /** The jobs of an image that have not ended, locked. */
  async lockAliveOfImage(tx: EntityManager, imageId: string): Promise<JobRecord<Input, Data>[]> {
    return this.#rows(
      tx,
      `SELECT * FROM ${this.#table} WHERE image_id = $1 AND state IN ${ALIVE} AND ${OF_TYPE} FOR UPDATE`,
      [imageId, this.#types],
    );
  }

  async lock(tx: EntityManager, jobId: string): Promise<JobRecord<Input, Data> | null> {
    const [job] = await this.#rows(tx, `SELECT * FROM ${this.#table} WHERE id = $1 AND ${OF_TYPE} FOR UPDATE`, [
      jobId,
      this.#types,
    ]);
    return job ?? null;
  }

  /**
   * Claims the next job nobody holds: a queued one that is due, or one whose holder let its lease expire. Projects
   * with fewer running jobs go first, so that one tenant's hundred imports do not stand before another's single one.
   * @param leaseSeconds how long the claim holds without renewal.
   * @param place where the worker is.
   */
  async claim(
    db: DataSource,
    worker: string,
    leaseSeconds: number,
    { host, regions }: ClaimPlace = {},
  ): Promise<JobRecord<Input, Data> | null> {
    const [job] = await this.#rows(
      db.manager,
      `WITH held AS MATERIALIZED (
         SELECT project_id, count(*) AS jobs FROM ${this.#table}
         WHERE state = 'running' AND lease_until >= now() GROUP BY project_id
       ), next AS (
         SELECT candidate.id FROM ${this.#table} candidate LEFT JOIN held USING (project_id)
         WHERE (candidate.host_id = $3
             OR (candidate.host_id IS NULL AND ($4::text[] IS NULL OR candidate.region = ANY ($4))))
           AND ($5::text[] IS NULL OR candidate.type = ANY ($5))
           AND ((candidate.state = 'queued' AND candidate.available_at <= now())
             OR (candidate.state IN ('running', 'cancelling') AND candidate.lease_until < now()))
         ORDER BY coalesce(held.jobs, 0), candidate.created_at
         LIMIT 1 FOR UPDATE OF candidate SKIP LOCKED
       )
       UPDATE ${this.#table} job SET
         state = CASE WHEN state = 'cancelling' THEN 'cancelling' ELSE 'running' END,
         lease_owner = $1, lease_until = now() + make_interval(secs => $2), fencing_token = fencing_token + 1,
         attempt = attempt + 1, started_at = coalesce(started_at, now()), updated_at = now(), version = version + 1
       FROM next WHERE job.id = next.id
       RETURNING job.*`,
      [worker, leaseSeconds, host ?? null, regions ?? null, this.#types],
    );
    return job ?? null;
  }

  /**
   * Keeps a lease alive.
   * @returns the state, which may have become `cancelling`; null when the lease is lost.
   */
  async renew(db: DataSource, lease: Lease, leaseSeconds: number): Promise<JobRecord<Input, Data>['state'] | null> {
    const [job] = await this.#rows(
      db.manager,
      `UPDATE ${this.#table} SET lease_until = now() + make_interval(secs => $3)
       WHERE id = $1 AND fencing_token = $2 AND state IN ('running', 'cancelling') RETURNING *`,
      [lease.job_id, lease.fencing_token.toString(), leaseSeconds],
    );
    return job?.state ?? null;
  }

  /**
   * Changes a held job.
   * @throws LeaseLostError when the token is not the current one or the job has ended.
   */
  async change(tx: EntityManager, lease: Lease, change: JobChange<Data>): Promise<JobRecord<Input, Data>> {
    const columns = Object.entries(change).filter(([, value]) => value !== undefined);
    const values = columns.map(([, value]) => encode(value));
    const assignments = columns.map(([name], index) => `${name} = $${index + 3}, `).join('');
    const [job] = await this.#rows(
      tx,
      `UPDATE ${this.#table} SET ${assignments} updated_at = now(), version = version + 1
       WHERE id = $1 AND fencing_token = $2 AND state IN ('running', 'cancelling') RETURNING *`,
      [lease.job_id, lease.fencing_token.toString(), ...values],
    );
    if (job === undefined) throw new LeaseLostError(lease.job_id);
    return job;
  }

  /**
   * Moves a locked job along the transition table; a trigger its state does not know changes nothing.
   * @returns the job after the move, or null when nothing changed.
   */
  async move(
    tx: EntityManager,
    job: JobRecord<Input, Data>,
    trigger: JobTrigger,
    change: { error?: JobError; available_in_seconds?: number } = {},
  ): Promise<JobRecord<Input, Data> | null> {
    const state = nextState(job.state, trigger);
    if (state === null) return null;
    const [moved] = await this.#rows(
      tx,
      `UPDATE ${this.#table} SET state = $2, updated_at = now(), version = version + 1, error = $3,
         finished_at = CASE WHEN $2 IN ('succeeded', 'failed', 'cancelled') THEN now() END,
         rate = NULL, eta = NULL,
         lease_owner = CASE WHEN $6 THEN lease_owner END,
         lease_until = CASE WHEN $6 THEN lease_until WHEN $2 = 'cancelling' THEN now() END,
         available_at = now() + make_interval(secs => $4)
       WHERE id = $1 AND version = $5 RETURNING *`,
      [
        job.id,
        state,
        change.error ? JSON.stringify(change.error) : null,
        change.available_in_seconds ?? 0,
        job.version,
        trigger === 'request_cancel', // its holder keeps the lease: it hears of the cancel at its next heartbeat
      ],
    );
    if (moved === undefined) throw new Error(`Job ${job.id} changed while it was locked`);
    return moved;
  }

  async #rows(
    db: EntityManager,
    sql: string,
    values: unknown[],
  ): Promise<(JobRecord<Input, Data> & { request_hash: string })[]> {
    const result: unknown = await db.query(sql, values);
    // TypeORM answers [rows, count] to UPDATE and DELETE, and rows to everything else.
    const isUpdate = Array.isArray(result) && result.length === 2 && Array.isArray(result[0]);
    return ((isUpdate ? result[0] : result) as RawJob<Input, Data>[]).map(decode);
  }
}

type RawJob<Input, Data> = Omit<JobRecord<Input, Data>, 'bytes_done' | 'bytes_total' | 'rate' | 'fencing_token'> & {
  readonly bytes_done: string;
  readonly bytes_total: string | null;
  readonly rate: string | null;
  readonly fencing_token: string;
  readonly request_hash: string;
};

function decode<Input, Data>(raw: RawJob<Input, Data>): JobRecord<Input, Data> & { request_hash: string } {
  return {
    ...raw,
    bytes_done: BigInt(raw.bytes_done),
    bytes_total: raw.bytes_total === null ? null : BigInt(raw.bytes_total),
    rate: raw.rate === null ? null : BigInt(raw.rate),
    fencing_token: BigInt(raw.fencing_token),
  };
}

function encode(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
