import { refusal, RegisterCopy, type RequestCopy as RequestCopyContract, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { imageOf, isCertain, type JobAnswer, type JobRunner, toView } from '@imago/jobs';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { EXPORT_CONFIG } from '../config-token.ts';
import type { ExportConfig } from '../config.ts';
import { copyOf, type TransferJob, type TransferJobData, type TransferJobInput } from '../jobs/transfer-job.ts';
import { TRANSFER_JOB_RUNNER } from '../jobs/transfer-jobs.ts';
import { CopyAdmissions } from './copy-admissions.ts';
import { firstDisk } from './machine-copies.ts';

type Request = RequestOf<typeof RequestCopyContract>;

/**
 * Accepts a copy or refuses it at once. The job is recorded first, then the image registered, then the job promised: a
 * crash between leaves an admission that is taken back, never an image without a job.
 */
@Injectable()
export class RequestCopy {
  constructor(
    private readonly admissions: CopyAdmissions,
    private readonly regions: Regions,
    private readonly requests: RequestClient,
    @Inject(TRANSFER_JOB_RUNNER) private readonly runner: JobRunner<TransferJobInput, TransferJobData>,
    @Inject(EXPORT_CONFIG) private readonly config: ExportConfig,
  ) {}

  /** @throws Refusal as the contract of `export.requestCopy` names them; then nothing has changed. */
  async execute(request: Request, context: RequestContext): Promise<JobAnswer> {
    this.regions.get(request.destination_region);
    const job = await this.admissions.record(request, context);
    if (job.state !== 'admitting') return { job: toView(job), event_ids: [] };
    try {
      return await this.#promise(job, await this.#register(job, context));
    } catch (error) {
      // A refusal is certain. After anything else nobody knows what is registered: the sweep decides.
      if (isCertain(error)) await this.admissions.refused(job);
      throw error;
    }
  }

  async #register(job: TransferJob, context: RequestContext): Promise<TransferJobData> {
    const { source, name } = copyOf(job);
    const image = { image_id: imageOf(job), region: job.region, job_id: job.id };
    const registered = await this.requests.send(
      RegisterCopy,
      { ...image, source, name, public_images: this.config.EXPORT_PUBLIC_IMAGES },
      { context },
    );
    return firstDisk(registered);
  }

  async #promise(job: TransferJob, data: TransferJobData): Promise<JobAnswer> {
    const accepted = await this.admissions.promise(job, data);
    if (accepted !== null) {
      this.runner.wake();
      return accepted;
    }
    // It was taken back while it was still under way; then so is the image, whoever registered it last.
    await this.admissions.abandon(job);
    throw refusal('request.timeout', 'The copy took too long to be accepted and was taken back.');
  }
}
