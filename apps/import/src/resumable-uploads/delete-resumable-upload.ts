import { type DeleteResumableUpload as DeleteResumableUploadContract, refusal, type RequestOf } from '@imago/contracts';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { EndResumableUpload } from './end-resumable-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';
import { UploadAccess } from './upload-access.ts';

/** Gives an upload up. One that has ended stays as it ended. */
@Injectable()
export class DeleteResumableUpload {
  constructor(
    private readonly db: DataSource,
    private readonly access: UploadAccess,
    private readonly uploads: ResumableUploads,
    private readonly ending: EndResumableUpload,
  ) {}

  /** @throws Refusal upload.not_found, auth.forbidden, upload.wrong_state while an image is made of it */
  async execute(request: RequestOf<typeof DeleteResumableUploadContract>, call: RequestCall): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      const upload = await this.access.lock(tx, request, call.context);
      if (upload.expires_at === null) return;
      const imported = await this.uploads.beingImported(tx, [upload.id]);
      if (imported.size > 0) {
        throw refusal('upload.wrong_state', 'An image is made of the upload: cancel its import first.');
      }
      await this.ending.abandon(tx, upload, call.cause);
    });
  }
}
