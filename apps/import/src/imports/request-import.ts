import { createHash } from 'node:crypto';
import {
  AbandonImage,
  type JobView,
  type OfflineOrder,
  refusal,
  RegisterImage,
  type RequestImport as RequestImportContract,
  type RequestOf,
} from '@imago/contracts';
import { requireAllowed, type RequestContext, serviceContext } from '@imago/identity';
import { isCertain, imageOf, type JobRunner, toView } from '@imago/jobs';
import { inTransaction, Outbox, RequestClient } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { importRequested, offlineImportRequested } from './import-events.ts';
import type { ImportData, ImportInput, ImportJob } from './import-job.ts';
import { IMPORT_RUNNER, ImportJobs } from './import-jobs.ts';
import { pinPromptly } from './source/pin-promptly.ts';
import type { PinnedSource } from './source/source-file.ts';
import { type AcceptedSource, TenantFiles } from './source/tenant-files.ts';
import { splitUrl } from './source/url/url-secrets.ts';
import { wantedImage } from './wanted-image.ts';

type Request = RequestOf<typeof RequestImportContract>;

/** An order of an import: whose the image will be, and what an operator answers for who gives it for somebody else. */
export interface ImportOrder {
  readonly request: Request;
  readonly context: RequestContext;
  /** The project the image will belong to. */
  readonly owner: string;
  /** Null: its own project imports it. */
  readonly offline: OfflineOrder | null;
  /** What the file must be, in bytes; null: nobody said. */
  readonly size: number | null;
}

interface Recorded {
  readonly job: ImportJob;
  readonly created: boolean;
}

/** The answer to a tenant: the job as it stands and the events that will show it on the board. */
export interface ImportAccepted {
  readonly job: JobView;
  readonly event_ids: string[];
}

/**
 * Accepts an import or refuses it at once. The job is recorded first, then the image is registered, then the job is
 * promised: a crash between leaves an admission that is taken back, never an image without a job.
 */
@Injectable()
export class RequestImport {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImportJobs,
    private readonly files: TenantFiles,
    private readonly requests: RequestClient,
    private readonly outbox: Outbox,
    @Inject(IMPORT_RUNNER) private readonly runner: JobRunner<ImportInput, ImportData>,
  ) {}

  /** @throws Refusal as the contract of `import.requestImport` names them; then nothing has changed. */
  async execute(request: Request, context: RequestContext): Promise<ImportAccepted> {
    requireAllowed('image.import', context, 'owner');
    return this.admit({ request, context, owner: context.project_id, offline: null, size: null });
  }

  /** The same for who may, whoever the image will belong to. The file is the caller's. @throws Refusal as {@link execute} */
  async admit(order: ImportOrder): Promise<ImportAccepted> {
    const { request, context } = order;
    const accepted = await this.files.accept(request, context.project_id);
    const { job, created } = await this.#record(order, accepted);
    if (job.state !== 'admitting') return { job: toView(job), event_ids: [] };
    let isRegistering = false;
    try {
      // A request sent again goes on with the admission it finds; only the first has looked at the file.
      const data = created ? { source: await this.#pin(job, order.size) } : job.data;
      isRegistering = true;
      await this.#register(job, order);
      return await this.#promise(job, data);
    } catch (error) {
      // A refusal is certain. After anything else nobody knows whether the image is registered: the sweep decides.
      if (!isRegistering || isCertain(error)) await this.jobs.store.forget(this.db.manager, job.id);
      throw error;
    }
  }

  async #pin(job: ImportJob, size: number | null): Promise<PinnedSource> {
    const pinned = await pinPromptly(await this.files.of(job), job.input.source);
    if (size === null || pinned.size === size) return pinned;
    throw refusal('bundle.file_mismatch', `The file has ${pinned.size} bytes, and is to have ${size}.`, {
      found: pinned.size,
      expected: size,
    });
  }

  /** The job and what opens its file are recorded together. */
  #record(order: ImportOrder, accepted: AcceptedSource): Promise<Recorded> {
    return inTransaction(this.db, async (tx) => {
      const recorded = await this.#insert(tx, order, accepted);
      if (recorded.created) await this.files.keepSecrets(tx, recorded.job.id, accepted.secrets);
      return recorded;
    });
  }

  async #insert(
    tx: EntityManager,
    { request, context, owner, offline }: ImportOrder,
    { source, secrets }: AcceptedSource,
  ): Promise<Recorded> {
    const { disk_format, compression, facts, checksum, verify_boot } = request;
    const hash = hashOf(request, this.files.fingerprint(secrets), offline);
    const { job, created } = await this.jobs.store.insert(tx, {
      id: uuidv7(),
      type: 'import',
      project_id: owner,
      region: request.region,
      image_id: uuidv7(),
      phase: 'admit',
      input: { source, checksum, disk_format, compression, facts, verify_boot, ...(offline !== null && { offline }) },
      data: {},
      idempotency_key: keyOf(request, context, offline),
      request_hash: hash,
      actor: context.user_id,
      correlation_id: context.correlation_id,
    });
    if (job.request_hash !== hash) {
      throw refusal('request.idempotency_conflict', 'This Idempotency-Key was used for a different import.');
    }
    return { job, created };
  }

  async #register(job: ImportJob, { request: { facts }, context, owner, offline }: ImportOrder): Promise<void> {
    await this.requests.send(
      RegisterImage,
      {
        ...wantedImage(job.region, facts, job.input.disk_format),
        image_id: imageOf(job),
        job_id: job.id,
        ...(offline !== null && { owner }),
        ...(job.input.verify_boot === true && { verify_boot: true }),
        agreement: { accepted_by: context.user_id, accepted_at: job.created_at.toISOString() },
      },
      { context },
    );
  }

  async #promise(job: ImportJob, data: ImportData): Promise<ImportAccepted> {
    const accepted = await inTransaction(this.db, async (tx) => {
      const queued = await this.jobs.store.admit(tx, job.id, data);
      if (queued === null) return null;
      const view = toView(queued);
      const cause = { correlation_id: queued.correlation_id };
      const event_ids = [await this.outbox.add(tx, importRequested(queued, view), cause)];
      const { offline } = queued.input;
      if (offline !== undefined)
        event_ids.push(await this.outbox.add(tx, offlineImportRequested(queued, view, offline), cause));
      return { job: view, event_ids };
    });
    if (accepted !== null) {
      this.runner.wake();
      return accepted;
    }
    const current = await this.jobs.store.find(this.db.manager, job.id);
    if (current !== null && current.state !== 'admitting') return { job: toView(current), event_ids: [] };
    await this.#abandon(job);
    throw refusal('request.timeout', 'The import took too long to be accepted and was taken back.');
  }

  /** The admission was taken back while it was still under way; then so is the image, whoever registered it last. */
  async #abandon(job: ImportJob): Promise<void> {
    await this.requests.send(
      AbandonImage,
      { image_id: imageOf(job), region: job.region, reason: 'The import was never accepted.' },
      { context: serviceContext('import', job.project_id, job.correlation_id) },
    );
  }
}

/**
 * The broker may deliver a request twice, and operators choose keys beside those of the project. No key of a caller has a
 * space in it.
 */
function keyOf({ idempotency_key }: Request, { request_id }: RequestContext, offline: OfflineOrder | null): string {
  if (idempotency_key === null) return `request ${request_id}`;
  return offline === null ? idempotency_key : `offline ${idempotency_key}`;
}

/** Of the order. What is secret in a URL goes in as a fingerprint: a short secret could be guessed from a plain hash. */
function hashOf(request: Request, secrets: string, offline: OfflineOrder | null): string {
  const { source } = request;
  const open =
    source.type === 'url' ? { type: source.type, url: splitUrl(new URL(source.url)).shown, secrets } : source;
  const order = { ...request, source: open, idempotency_key: null };
  return createHash('sha256')
    .update(JSON.stringify(offline === null ? order : { ...order, offline }))
    .digest('hex');
}
