import type { ImageInRegion } from '@imago/contracts';
import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ImageBootProofs } from '../boot-proofs/image-boot-proofs.ts';
import type { ImageRow } from '../images/image.row.ts';
import { togetherWith } from '../images/machine-disks.ts';
import { ImageReadinessRepository } from '../readiness/image-readiness.repository.ts';
import { ImageScans } from '../scans/image-scans.ts';

/** Says of a copy what was found out about the bytes it is made of. */
@Injectable()
export class CarryFindings {
  constructor(
    private readonly readiness: ImageReadinessRepository,
    private readonly proofs: ImageBootProofs,
    private readonly scans: ImageScans,
  ) {}

  async carry(tx: EntityManager, source: ImageInRegion, copy: ImageRow, cause: Cause): Promise<void> {
    for (const id of togetherWith(copy)) await this.readiness.carry(tx, id);
    await this.proofs.carry(tx, source.image_id, copy.id, cause);
    await this.scans.carry(tx, source.image_id, copy.id, cause);
  }
}
