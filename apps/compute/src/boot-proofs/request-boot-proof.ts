import {
  GetImage,
  type ImageRecord,
  refusal,
  type RequestBootProof as RequestBootProofContract,
  type RequestOf,
} from '@imago/contracts';
import { relationToShown, requireAllowed, type RequestContext } from '@imago/identity';
import { type JobAnswer, type JobRunner, requestKey } from '@imago/jobs';
import { inTransaction, RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HostCapacity } from '../hosts/host-capacity.ts';
import { requireSystem } from '../orders/image-rules.ts';
import type { BootProofData, BootProofInput } from './boot-proof-job.ts';
import { BOOT_PROOF_RUNNER } from './boot-proof-jobs.ts';
import { OrderBootProof } from './order-boot-proof.ts';

/** Accepts that an image is booted, or refuses it at once. Nothing is held yet: the job does, for as long as it lives. */
@Injectable()
export class RequestBootProof {
  constructor(
    private readonly db: DataSource,
    private readonly regions: Regions,
    private readonly requests: RequestClient,
    private readonly capacity: HostCapacity,
    private readonly orders: OrderBootProof,
    @Inject(BOOT_PROOF_RUNNER) private readonly runner: JobRunner<BootProofInput, BootProofData>,
  ) {}

  /** @throws Refusal as the contract of `compute.requestBootProof` names them; then nothing has changed. */
  async execute(request: RequestOf<typeof RequestBootProofContract>, context: RequestContext): Promise<JobAnswer> {
    const { image_id, region, idempotency_key } = request;
    this.regions.get(region);
    const { image } = await this.requests.send(GetImage, { image_id, region }, { context });
    requireAllowed('image.prove_boot', context, relationToShown(image, context));
    requireActive(image);
    requireSystem(image);
    await this.capacity.requireHost(this.db.manager, region);
    const { owner, id } = image;
    const answer = await inTransaction(this.db, (tx) =>
      this.orders.record(tx, {
        image_id: id,
        region,
        project_id: owner,
        key: requestKey(idempotency_key, context, owner),
        actor: context.user_id,
        correlation_id: context.correlation_id,
      }),
    );
    this.runner.wake();
    return answer;
  }
}

function requireActive({ id, status }: ImageRecord): void {
  if (status === 'active') return;
  if (status === 'deactivated') throw refusal('image.deactivated', `Image ${id} is deactivated.`);
  throw refusal('image.not_active', `Image ${id} is ${status}.`, { status });
}
