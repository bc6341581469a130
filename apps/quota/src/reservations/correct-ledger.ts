import type { CorrectLedger as CorrectLedgerContract, RequestOf } from '@imago/contracts';
import { type Cause, inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Ledger } from './ledger.ts';

/** Makes the ledger say what catalog says, one image after the other. */
@Injectable()
export class CorrectLedger {
  constructor(
    private readonly db: DataSource,
    private readonly ledger: Ledger,
  ) {}

  /** @returns the images of which the ledger is right now. */
  async execute(
    { region, images, gone }: RequestOf<typeof CorrectLedgerContract>,
    cause: Cause,
  ): Promise<readonly string[]> {
    const { correlation_id } = cause;
    for (const image of images)
      await inTransaction(this.db, (tx) => this.ledger.correct(tx, { ...image, region, correlation_id }, cause));
    for (const image_id of gone)
      await inTransaction(this.db, (tx) => this.ledger.correctGone(tx, { image_id, region, correlation_id }, cause));
    return [...images.map(({ image_id }) => image_id), ...gone];
  }
}
