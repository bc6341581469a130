import { refusal } from '@imago/contracts';
import { type Action, requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ResumableUpload } from './resumable-upload.ts';
import { ResumableUploads } from './resumable-uploads.repository.ts';

type UploadAction = Action & `upload.${string}`;

/** Which upload somebody means. */
export interface WantedUpload {
  readonly upload_id: string;
  readonly region: string;
}

/** The one way to an upload that somebody asks for. */
@Injectable()
export class UploadAccess {
  constructor(private readonly uploads: ResumableUploads) {}

  /** @throws Refusal upload.not_found, auth.forbidden */
  async find(wanted: WantedUpload, action: UploadAction, context: RequestContext): Promise<ResumableUpload> {
    return allowed(await this.uploads.find(wanted.upload_id, wanted.region), action, context);
  }

  /** Locks it until the end of the transaction. @throws Refusal upload.not_found, auth.forbidden */
  async lock(tx: EntityManager, wanted: WantedUpload, context: RequestContext): Promise<ResumableUpload> {
    return allowed(await this.uploads.lock(tx, wanted.upload_id, wanted.region), 'upload.manage', context);
  }
}

function allowed(upload: ResumableUpload | null, action: UploadAction, context: RequestContext): ResumableUpload {
  requireAllowed(action, context, upload?.project_id === context.project_id ? 'owner' : 'none');
  if (upload === null) throw refusal('upload.not_found', 'There is no such upload.');
  return upload;
}
