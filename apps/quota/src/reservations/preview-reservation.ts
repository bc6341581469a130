import {
  type LimitFigures,
  type PreviewReservation as PreviewReservationContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccountUsageRepository } from '../limits/account-usage.repository.ts';
import { LimitsRepository } from '../limits/limits.repository.ts';
import { requireActingFor } from './reserve-image.ts';
import { imagesRefusal, type Room, storageRefusal } from './room.ts';

/** Says what a reservation would be answered at this moment. It takes nothing, so it promises nothing. */
@Injectable()
export class PreviewReservation {
  constructor(
    private readonly db: DataSource,
    private readonly limits: LimitsRepository,
    private readonly usage: AccountUsageRepository,
  ) {}

  /** @throws Refusal auth.forbidden */
  async execute(
    { storage_gib, counted_apart, ...account }: RequestOf<typeof PreviewReservationContract>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof PreviewReservationContract>> {
    requireActingFor(account.project_id, context);
    const tx = this.db.manager;
    const images: Room = {
      limit: await this.limits.limitOf(tx, account, 'images'),
      used: await this.usage.images(tx, account),
    };
    const storage: Room = {
      limit: await this.limits.limitOf(tx, account, 'storage_gib'),
      used: await this.usage.storageGib(tx, account, counted_apart),
    };
    const figures: LimitFigures[] = [
      { ...account, resource: 'images', ...images },
      { ...account, resource: 'storage_gib', ...storage },
    ];
    const refusals = [imagesRefusal(account, images), storageRefusal(account, storage, storage_gib)];
    return { figures, refusals: refusals.flatMap((refused) => (refused === null ? [] : [refused.toDocument()])) };
  }
}
