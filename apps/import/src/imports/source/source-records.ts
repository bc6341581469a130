import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CheckedBlocksRepository } from './checked-blocks.repository.ts';
import { SourceSecrets } from './source-secrets.repository.ts';

/** What is kept about the file of a job beside the job, for as long as it has not ended. */
@Injectable()
export class SourceRecords {
  constructor(
    readonly secrets: SourceSecrets,
    readonly checkedBlocks: CheckedBlocksRepository,
  ) {}

  async forget(tx: EntityManager, jobId: string): Promise<void> {
    await this.secrets.forget(tx, jobId);
    await this.checkedBlocks.forget(tx, jobId);
  }
}
