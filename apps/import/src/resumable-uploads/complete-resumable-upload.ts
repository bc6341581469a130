import {
  type CompleteResumableUpload as CompleteResumableUploadContract,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PartsInStore } from './parts-in-store.ts';
import { requireState, type ResumableUpload, toRecord } from './resumable-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';
import { SealUploads } from './seal-uploads.ts';
import { UploadAccess } from './upload-access.ts';

type Request = RequestOf<typeof CompleteResumableUploadContract>;
type Answer = ResponseOf<typeof CompleteResumableUploadContract>;

/** Missing parts an answer names; the upload itself names all. */
const NAMED = 100;

/** Takes the word that all parts are sent, and hands the upload to whoever makes one object of it. */
@Injectable()
export class CompleteResumableUpload {
  constructor(
    private readonly db: DataSource,
    private readonly access: UploadAccess,
    private readonly uploads: ResumableUploads,
    private readonly stored: PartsInStore,
    private readonly seals: SealUploads,
  ) {}

  /** @throws Refusal as the contract of `import.completeResumableUpload` names them; then the upload is as it was. */
  async execute(request: Request, context: RequestContext): Promise<Answer> {
    const found = await this.access.find(request, 'upload.manage', context);
    if (isPast(found, request)) return { upload: toRecord(found) };
    requireHash(found, request);
    await this.#requireAllParts(found);
    const completing = await inTransaction(this.db, async (tx) => {
      const locked = await this.access.lock(tx, request, context);
      if (isPast(locked, request)) return locked;
      requireState(locked, 'open');
      return this.uploads.complete(tx, locked.id, locked.sha256 ?? request.sha256);
    });
    this.seals.wake();
    return { upload: toRecord(completing) };
  }

  async #requireAllParts(upload: ResumableUpload): Promise<void> {
    requireState(upload, 'open');
    const { missing } = await this.stored.of(upload);
    if (missing.length === 0) return;
    throw refusal('upload.parts_missing', `The store does not have ${missing.length} of the parts.`, {
      missing_parts: missing.slice(0, NAMED),
      missing_count: missing.length,
    });
  }
}

/** The same was said before. */
function isPast({ state, sha256 }: ResumableUpload, request: Request): boolean {
  const isSame = request.sha256 === null || request.sha256 === sha256;
  return isSame && ['completing', 'completed', 'imported'].includes(state);
}

function requireHash({ sha256 }: ResumableUpload, request: Request): void {
  if (sha256 === null || request.sha256 === null || sha256 === request.sha256) return;
  const errors = [{ path: 'sha256', message: `must be ${sha256}, which the upload was begun with` }];
  throw refusal('request.invalid', 'The upload was begun with another hash.', { errors });
}
