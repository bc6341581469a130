import { createHash } from 'node:crypto';
import {
  refusal,
  type RequestOf,
  type ResponseOf,
  type StartResumableUpload as StartResumableUploadContract,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { inTransaction, Outbox, type RequestCall } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { uploadStarted } from './resumable-upload-events.ts';
import { type ResumableUpload, toRecord } from './resumable-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';
import { cutOf } from './upload-parts.ts';

type Request = RequestOf<typeof StartResumableUploadContract>;
type Answer = ResponseOf<typeof StartResumableUploadContract>;

/** Begins an upload. The store is asked for nothing yet, so that nothing can be left there. */
@Injectable()
export class StartResumableUpload {
  constructor(
    private readonly db: DataSource,
    private readonly uploads: ResumableUploads,
    private readonly regions: Regions,
    private readonly outbox: Outbox,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {}

  /** @throws Refusal as the contract of `import.startResumableUpload` names them; then there is no upload. */
  async execute(request: Request, { context, cause }: RequestCall): Promise<Answer> {
    requireAllowed('upload.manage', context, 'owner');
    const { region, name, sha256, fingerprint, upload_id: id } = request;
    this.regions.get(region);
    const cut = cutOf(this.#requireSize(request.size), request.part_size);
    const { project_id, user_id: created_by, correlation_id } = context;
    const made_of = hashOf(request);
    return inTransaction(this.db, async (tx) => {
      await this.uploads.lockProject(tx, project_id, region);
      const known = await this.uploads.find(id, region, tx);
      if (known !== null) return again(known, made_of, context);
      await this.#requireRoom(tx, { project_id, region, bytes: cut.size });
      const told = { id, project_id, region, name, fingerprint, made_of, created_by, correlation_id, sha256 };
      const upload = await this.uploads.insert(tx, { ...told, ...cut }, this.config.IMPORT_UPLOAD_EXPIRY_SECONDS);
      await this.outbox.add(tx, uploadStarted(upload), cause);
      return { upload: toRecord(upload) };
    });
  }

  #requireSize(size: string): number {
    const limit = this.config.IMPORT_UPLOAD_MAXIMUM_BYTES;
    if (size === '0') throw refusal('image.empty', 'The file is empty.');
    if (BigInt(size) <= BigInt(limit)) return Number(size);
    throw refusal('upload.too_large', `A file of ${size} bytes is over the limit of ${limit}.`, {
      size,
      maximum_size: String(limit),
    });
  }

  async #requireRoom(
    tx: EntityManager,
    { project_id, region, bytes }: { readonly project_id: string; readonly region: string; readonly bytes: number },
  ): Promise<void> {
    const used = await this.uploads.used(tx, project_id, region);
    const limit = this.config.IMPORT_UPLOADS_PER_PROJECT;
    if (used.uploads >= limit) {
      const figures = { project_id, region, limit, used: used.uploads };
      throw refusal('upload.too_many', `The project has ${used.uploads} of ${limit} uploads in ${region}.`, figures);
    }
    const most = this.config.IMPORT_UPLOAD_BYTES_PER_PROJECT;
    if (used.bytes + bytes <= most) return;
    const figures = { project_id, region, limit: String(most), used: String(used.bytes) };
    throw refusal('upload.bytes_exceeded', `The uploads in ${region} have ${used.bytes} of ${most} bytes.`, figures);
  }
}

/** @throws Refusal request.idempotency_conflict */
function again(known: ResumableUpload, made_of: Buffer, { project_id }: RequestContext): Answer {
  if (known.project_id === project_id && known.made_of.equals(made_of)) return { upload: toRecord(known) };
  throw refusal('request.idempotency_conflict', 'This Idempotency-Key was used for a different upload.');
}

function hashOf({ region, name, size, part_size, sha256, fingerprint }: Request): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([region, name, size, part_size, sha256, fingerprint]))
    .digest();
}
