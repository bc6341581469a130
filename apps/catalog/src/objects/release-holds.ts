import type { ReleaseHolds as ReleaseHoldsContract, RequestOf, ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { requireService } from '../images/image-access.ts';
import { ObjectSweeper } from './object-sweeper.ts';
import { ObjectsRepository } from './objects.repository.ts';

/** Ends what servers keep; bytes that nobody keeps any more are erased. */
@Injectable()
export class ReleaseHolds {
  constructor(
    private readonly db: DataSource,
    private readonly objects: ObjectsRepository,
    private readonly sweeper: ObjectSweeper,
  ) {}

  /** @throws Refusal auth.forbidden for anybody but a service. */
  async execute(
    request: RequestOf<typeof ReleaseHoldsContract>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ReleaseHoldsContract>> {
    requireService(context);
    const released = await inTransaction(this.db, async (tx) => {
      const imageIds = await this.objects.lockHeldImages(tx, request);
      return this.objects.releaseServers(tx, imageIds, request);
    });
    if (released > 0) this.sweeper.wake();
    return { released };
  }
}
