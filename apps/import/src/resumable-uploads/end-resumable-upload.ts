import type { Refusal } from '@imago/contracts';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { uploadAbandoned, uploadCompleted, uploadFailed } from './resumable-upload-events.ts';
import type { ResumableUpload } from './resumable-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';

/** Where the making of an upload ends, each with its event. What is in the store of one that has ended is erased. */
@Injectable()
export class EndResumableUpload {
  constructor(
    private readonly uploads: ResumableUploads,
    private readonly outbox: Outbox,
  ) {}

  /** The file is whole. Nothing happens when the claim was lost meanwhile. @param expirySeconds it is kept for */
  async complete(tx: EntityManager, claim: ResumableUpload, expirySeconds: number): Promise<void> {
    const completed = await this.uploads.completed(tx, claim, expirySeconds);
    if (completed === null) return;
    await this.outbox.add(tx, uploadCompleted(completed), { correlation_id: claim.correlation_id });
  }

  /** The file is not what it was said to be. The upload is locked in `tx` and has not ended. */
  async fail(tx: EntityManager, { id, correlation_id }: ResumableUpload, reason: Refusal): Promise<void> {
    const ended = await this.uploads.end(tx, id, { state: 'failed', error: reason.toDocument() });
    await this.outbox.add(tx, uploadFailed(ended), { correlation_id });
  }

  /** Nobody wants the file: its owner says so, or it expired for the reason. It is locked in `tx` and has not ended. */
  async abandon(tx: EntityManager, { id }: ResumableUpload, cause: Cause, reason?: Refusal): Promise<void> {
    const error = reason === undefined ? {} : { error: reason.toDocument() };
    const ended = await this.uploads.end(tx, id, { state: 'abandoned', ...error });
    await this.outbox.add(tx, uploadAbandoned(ended), cause);
  }
}
