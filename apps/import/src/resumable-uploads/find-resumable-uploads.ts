import {
  type ListResumableUploads,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ShowResumableUpload,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { PartsInStore } from './parts-in-store.ts';
import { type ResumableUpload, toRecord } from './resumable-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';
import { UploadAccess } from './upload-access.ts';

/** Uploads and what the store has of them, for those whose they are and for operators. */
@Injectable()
export class FindResumableUploads {
  constructor(
    private readonly access: UploadAccess,
    private readonly uploads: ResumableUploads,
    private readonly stored: PartsInStore,
  ) {}

  /** @throws Refusal upload.not_found for another project's, auth.forbidden, request.invalid for a strange marker */
  async list(
    request: RequestOf<typeof ListResumableUploads>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListResumableUploads>> {
    requireAllowed('upload.get', context, request.project_id === context.project_id ? 'owner' : 'none');
    const page = await this.uploads.page(request);
    if (page === null) {
      const errors = [{ path: 'marker', message: 'must be the id of an upload on the page before' }];
      throw refusal('request.invalid', 'There is no such upload to start after.', { errors });
    }
    const uploads = page.slice(0, request.limit).map(toRecord);
    return { uploads, next_marker: page.length > request.limit ? (uploads.at(-1)?.id ?? null) : null };
  }

  /** @throws Refusal upload.not_found, auth.forbidden, service.unavailable when the store does not say what it has */
  async show(
    request: RequestOf<typeof ShowResumableUpload>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ShowResumableUpload>> {
    const upload = await this.access.find(request, 'upload.get', context);
    return { upload: { ...toRecord(upload), ...(await this.#soFar(upload)) } };
  }

  async #soFar(upload: ResumableUpload): Promise<{ bytes_stored: string; missing_parts: number[] }> {
    if (upload.state === 'completing' || upload.state === 'completed') {
      return { bytes_stored: String(upload.size), missing_parts: [] };
    }
    if (upload.state !== 'open') return { bytes_stored: '0', missing_parts: [] }; // it is erased
    const { bytes, missing } = await this.stored.of(upload);
    return { bytes_stored: String(bytes), missing_parts: [...missing] };
  }
}
