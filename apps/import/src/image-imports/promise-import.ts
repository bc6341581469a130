import { refusal } from '@imago/contracts';
import { imageOf, type JobRunner, toView } from '@imago/jobs';
import { inTransaction, Outbox } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { importRequested } from '../imports/import-events.ts';
import type { ImportData, ImportInput, ImportJob } from '../imports/import-job.ts';
import { IMPORT_RUNNER, ImportJobs } from '../imports/import-jobs.ts';
import type { ImportAccepted } from '../imports/request-import.ts';
import { UploadSessions } from '../uploads/upload-sessions.repository.ts';

/** The moment an import of a registered image is promised: from here on a worker has it, and its staged file does not expire. */
@Injectable()
export class PromiseImport {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: ImportJobs,
    private readonly uploads: UploadSessions,
    private readonly outbox: Outbox,
    @Inject(IMPORT_RUNNER) private readonly runner: JobRunner<ImportInput, ImportData>,
  ) {}

  /** @throws Refusal request.timeout when it was taken back meanwhile */
  async execute(job: ImportJob, data: ImportData): Promise<ImportAccepted> {
    const accepted = await inTransaction(this.db, async (tx) => {
      const queued = await this.jobs.store.admit(tx, job.id, data);
      if (queued === null) return null;
      await this.uploads.expireNever(tx, imageOf(queued));
      const view = toView(queued);
      const cause = { correlation_id: queued.correlation_id, causation_id: queued.input.asked?.request_id };
      const eventId = await this.outbox.add(tx, importRequested(queued, view), cause);
      return { job: view, event_ids: [eventId] };
    });
    // The sweep has taken it back, or another delivery of the same request has promised it.
    if (accepted === null) throw refusal('request.timeout', 'The import took too long to be accepted.');
    this.runner.wake();
    return accepted;
  }
}
