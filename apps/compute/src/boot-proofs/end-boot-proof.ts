import { refusal } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { answerToCancel, cancelLocked, type JobAnswer, type JobRunner } from '@imago/jobs';
import { type Cause, inTransaction, Outbox } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { HoldReleases } from '../holds/hold-releases.ts';
import { bootProofEvents } from './boot-proof-events.ts';
import type { BootProofData, BootProofInput, BootProofJob } from './boot-proof-job.ts';
import { BOOT_PROOF_RUNNER, BootProofJobs } from './boot-proof-jobs.ts';

/** Ends proofs before their time: a waiting one at once, a running one within a heartbeat, its machine with it. */
@Injectable()
export class EndBootProof {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: BootProofJobs,
    private readonly releases: HoldReleases,
    private readonly outbox: Outbox,
    @Inject(BOOT_PROOF_RUNNER) private readonly runner: JobRunner<BootProofInput, BootProofData>,
  ) {}

  /** @throws Refusal job.not_found (also for another project's job), job.wrong_state when it has ended. */
  async cancel(jobId: string, context: RequestContext): Promise<JobAnswer> {
    const answer = await inTransaction(this.db, async (tx) => {
      const job = await this.jobs.store.lock(tx, jobId);
      if (job === null || job.state === 'admitting') throw refusal('job.not_found', 'There is no such job.');
      requireAllowed('job.cancel', context, job.project_id === context.project_id ? 'owner' : 'none');
      return answerToCancel(job, await this.#end(tx, job, { correlation_id: context.correlation_id }));
    });
    this.runner.noticeCancel(jobId);
    return answer;
  }

  /** Nobody wants to know of an image that is deleted. */
  async imageDeleted(tx: EntityManager, imageId: string, cause: Cause): Promise<void> {
    for (const job of await this.jobs.store.lockAliveOfImage(tx, imageId)) await this.#end(tx, job, cause);
  }

  #end(tx: EntityManager, job: BootProofJob, cause: Cause): Promise<JobAnswer | null> {
    const ended = (end: EntityManager, cancelled: BootProofJob): Promise<void> =>
      releaseBytes(end, cancelled, this.releases);
    const definition = { ...bootProofEvents, ended };
    return cancelLocked({ store: this.jobs.store, outbox: this.outbox, definition }, tx, job, cause);
  }
}

/** With a proof, however it ends, ends what catalog keeps for its disk; also what a lost worker may have asked it to keep. */
export function releaseBytes(tx: EntityManager, job: BootProofJob, releases: HoldReleases): Promise<void> {
  return releases.add(tx, [job.input.disk_id], job);
}
