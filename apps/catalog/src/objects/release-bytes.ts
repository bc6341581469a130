import type { Cause } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StorageCharges } from '../charges/storage-charges.ts';
import { CATALOG_CONFIG } from '../config-token.ts';
import type { CatalogConfig } from '../config.ts';
import { ForgetFindings } from '../findings/forget-findings.ts';
import { ObjectSweeper } from './object-sweeper.ts';
import { ObjectsRepository } from './objects.repository.ts';

/** Lets go of the bytes of images that are deleted together, of what was found in them, and of what their owner is charged for them. */
@Injectable()
export class ReleaseBytes {
  constructor(
    private readonly objects: ObjectsRepository,
    private readonly charges: StorageCharges,
    private readonly sweeper: ObjectSweeper,
    private readonly findings: ForgetFindings,
    @Inject(CATALOG_CONFIG) private readonly config: Pick<CatalogConfig, 'CATALOG_WRITER_GRACE_SECONDS'>,
  ) {}

  async release(tx: EntityManager, imageIds: readonly string[], cause: Cause): Promise<void> {
    const concerned = await this.charges.concerned(tx, imageIds);
    await this.objects.release(tx, imageIds, this.config.CATALOG_WRITER_GRACE_SECONDS);
    for (const id of imageIds) await this.findings.forget(tx, id);
    await this.charges.settle(tx, concerned, { reason: 'released', cause });
  }

  /** What was released and committed is swept at once. */
  sweep(): void {
    this.sweeper.wake();
  }
}
