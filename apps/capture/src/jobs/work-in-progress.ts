import { PartJournal } from '@imago/jobs';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Generalizations } from '../generalizations/generalizations.ts';

/** What is kept of jobs while they run, in tables beside theirs. */
@Injectable()
export class WorkInProgress {
  constructor(
    readonly parts: PartJournal,
    readonly generalizations: Generalizations,
  ) {}

  /** A job has ended: nothing of this is needed any more. */
  async forget(tx: EntityManager, jobId: string): Promise<void> {
    await this.parts.keepOnly(tx, jobId, []);
    await this.generalizations.forget(tx, jobId);
  }
}
