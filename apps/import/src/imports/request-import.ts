import { createHash } from 'node:crypto';
import {
  AbandonImage,
  type JobView,
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
import { importRequested } from './import-events.ts';
import type { ImportData, ImportInput, ImportJob } from './import-job.ts';
import { IMPORT_RUNNER, ImportJobs } from './import-jobs.ts';
import { pinPromptly } from './source/pin-promptly.ts';
import type { PinnedSource } from './source/source-file.ts';
import { type AcceptedSource, TenantFiles } from './source/tenant-files.ts';
import { splitUrl } from './source/url/url-secrets.ts';
import { wantedImage } from './wanted-image.ts';

type Request = RequestOf<typeof RequestImportContract>;

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
    const accepted = await this.files.accept(request, context.project_id);
    const { job, created } = await this.#record(request, accepted, context);
    if (job.state !== 'admitting') return { job: toView(job), event_ids: [] };
    let isRegistering = false;
    try {
      // A request sent again goes on with the admission it finds; only the first has looked at the file.
      const data = created ? { source: await this.#pin(job) } : job.data;
      isRegistering = true;
      await this.#register(job, request, context);
      return await this.#promise(job, data);
    } catch (error) {
      // A refusal is certain. After anything else nobody knows whether the image is registered: the sweep decides.
      if (!isRegistering || isCertain(error)) await this.jobs.store.forget(this.db.manager, job.id);
      throw error;
    }
  }

  async #pin(job: ImportJob): Promise<PinnedSource> {
    return pinPromptly(await this.files.of(job), job.input.source);
  }

  /** The job and what opens its file are recorded together. */
  #record(request: Request, accepted: AcceptedSource, context: RequestContext): Promise<Recorded> {
    return inTransaction(this.db, async (tx) => {
      const recorded = await this.#insert(tx, request, { ...accepted, context });
      if (recorded.created) await this.files.keepSecrets(tx, recorded.job.id, accepted.secrets);
      return recorded;
    });
  }

  async #insert(
    tx: EntityManager,
    request: Request,
    { source, secrets, context }: AcceptedSource & { readonly context: RequestContext },
  ): Promise<Recorded> {
    const { disk_format, compression, facts, checksum, verify_boot } = request;
    const hash = hashOf(request, this.files.fingerprint(secrets));
    const { job, created } = await this.jobs.store.insert(tx, {
      id: uuidv7(),
      type: 'import',
      project_id: context.project_id,
      region: request.region,
      image_id: uuidv7(),
      phase: 'admit',
      input: { source, checksum, disk_format, compression, facts, verify_boot },
      data: {},
      // The broker may deliver a request twice. No key of a caller has a space in it.
      idempotency_key: request.idempotency_key ?? `request ${context.request_id}`,
      request_hash: hash,
      actor: context.user_id,
      correlation_id: context.correlation_id,
    });
    if (job.request_hash !== hash) {
      throw refusal('request.idempotency_conflict', 'This Idempotency-Key was used for a different import.');
    }
    return { job, created };
  }

  async #register(job: ImportJob, { facts }: Request, context: RequestContext): Promise<void> {
    await this.requests.send(
      RegisterImage,
      {
        ...wantedImage(job.region, facts),
        image_id: imageOf(job),
        job_id: job.id,
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
      const eventId = await this.outbox.add(tx, importRequested(queued, view), {
        correlation_id: queued.correlation_id,
      });
      return { job: view, event_ids: [eventId] };
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

/** Of the order. What is secret in a URL goes in as a fingerprint: a short secret could be guessed from a plain hash. */
function hashOf(request: Request, secrets: string): string {
  const { source } = request;
  const open =
    source.type === 'url' ? { type: source.type, url: splitUrl(new URL(source.url)).shown, secrets } : source;
  return createHash('sha256')
    .update(JSON.stringify({ ...request, source: open, idempotency_key: null }))
    .digest('hex');
}
