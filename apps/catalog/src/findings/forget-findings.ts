import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BootProofsRepository } from '../boot-proofs/boot-proofs.repository.ts';
import { ImageReadinessRepository } from '../readiness/image-readiness.repository.ts';
import { ImageScansRepository } from '../scans/image-scans.repository.ts';

/** Forgets what was found out about an image that is deleted. */
@Injectable()
export class ForgetFindings {
  constructor(
    private readonly readiness: ImageReadinessRepository,
    private readonly proofs: BootProofsRepository,
    private readonly scans: ImageScansRepository,
  ) {}

  async forget(tx: EntityManager, imageId: string): Promise<void> {
    await this.readiness.forget(tx, imageId);
    await this.proofs.forget(tx, imageId);
    await this.scans.forget(tx, imageId);
  }
}
