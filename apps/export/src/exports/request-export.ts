import { GetImage, type RequestExport as RequestExportContract, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { type JobAnswer, type JobRunner, requestKey } from '@imago/jobs';
import { RequestClient } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { EXPORT_CONFIG } from '../config-token.ts';
import type { ExportConfig } from '../config.ts';
import type { TransferJobData, TransferJobInput } from '../jobs/transfer-job.ts';
import { TRANSFER_JOB_RUNNER } from '../jobs/transfer-jobs.ts';
import { DestinationBuckets } from './destination-buckets.ts';
import { ExportAdmissions } from './export-admissions.ts';
import { requireMayTakeAway, requireNoPart, requireReadable } from './image-access.ts';
import { imagesBeside, manifestOf } from './machine-files.ts';

/**
 * Accepts an export or refuses it at once. Nothing is held for it elsewhere, so its job and the objects it writes
 * are recorded in one transaction.
 */
@Injectable()
export class RequestExport {
  constructor(
    private readonly admissions: ExportAdmissions,
    private readonly buckets: DestinationBuckets,
    private readonly requests: RequestClient,
    @Inject(TRANSFER_JOB_RUNNER) private readonly runner: JobRunner<TransferJobInput, TransferJobData>,
    @Inject(EXPORT_CONFIG) private readonly config: ExportConfig,
  ) {}

  /** @throws Refusal as the contract of `export.requestExport` names them; then nothing has changed. */
  async execute(request: RequestOf<typeof RequestExportContract>, context: RequestContext): Promise<JobAnswer> {
    const { image_id, region } = request;
    const { image } = await this.requests.send(GetImage, { image_id, region }, { context });
    requireMayTakeAway(image, context, this.config);
    requireNoPart(image);
    const { bucket, object } = request.destination;
    const disks = imagesBeside(image, request.destination);
    const manifests = disks.length === 0 ? [] : [{ object: manifestOf(object) }];
    const key = requestKey(request.idempotency_key, context, context.project_id);
    if (!(await this.admissions.isKnown(context.project_id, key))) {
      // Everything that is wrong already is told now and not by a job.
      requireReadable(image, request.disk_format);
      for (const { object } of [request.destination, ...disks, ...manifests]) {
        await this.buckets.requireWritable({ ...request, destination: { bucket, object } }, context);
      }
    }
    const accepted = await this.admissions.accept({ request, disks }, key, context);
    this.runner.wake();
    return accepted;
  }
}
