import { type RequestExport, type RequestOf, refusal } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { type JobAnswer, requestHash, requireSameRequest, toView } from '@imago/jobs';
import { inTransaction, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ImageOfMachine } from '../jobs/transfer-job.ts';
import { TransferJobs } from '../jobs/transfer-jobs.ts';
import { Destinations } from './destinations.ts';
import { exportRequested } from './export-events.ts';
import { EXPORT_PHASES } from './phases/export-phase.ts';

/** An export that is to be promised, of a full machine with the files of its data disks. */
export interface WantedExport {
  readonly request: RequestOf<typeof RequestExport>;
  readonly disks: readonly ImageOfMachine[];
}

/** The exports that were promised. */
@Injectable()
export class ExportAdmissions {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: TransferJobs,
    private readonly destinations: Destinations,
    private readonly outbox: Outbox,
  ) {}

  /** That a request with this key was accepted before. */
  isKnown(projectId: string, key: string): Promise<boolean> {
    return this.jobs.store.hasKey(this.db.manager, projectId, key);
  }

  /**
   * Promises it: job, object to write and event in one transaction. What is known already is answered again.
   * @throws Refusal request.idempotency_conflict, export.destination_busy
   */
  async accept({ request, disks }: WantedExport, key: string, context: RequestContext): Promise<JobAnswer> {
    const { region, image_id, disk_format, destination, overwrite } = request;
    const hash = requestHash('export', request);
    return inTransaction(this.db, async (tx) => {
      const { job, created } = await this.jobs.store.insert(tx, {
        id: uuidv7(),
        type: 'export',
        project_id: context.project_id,
        region,
        image_id,
        phase: EXPORT_PHASES[0],
        input: { export: { disk_format, destination, overwrite, ...(disks.length > 0 && { disks }) } },
        data: {},
        idempotency_key: key,
        request_hash: hash,
        actor: context.user_id,
        correlation_id: context.correlation_id,
      });
      requireSameRequest(job, hash);
      if (!created) return { job: toView(job), event_ids: [] };
      if (!(await this.destinations.add(tx, job))) {
        throw refusal('export.destination_busy', 'Another export writes this object, or one beside it, now.', {
          ...destination,
        });
      }
      const queued = await this.jobs.store.admit(tx, job.id);
      if (queued === null) throw new Error(`Job ${job.id} was not there to be admitted`);
      const view = toView(queued);
      const eventId = await this.outbox.add(tx, exportRequested(queued, view), {
        correlation_id: queued.correlation_id,
      });
      return { job: view, event_ids: [eventId] };
    });
  }
}
