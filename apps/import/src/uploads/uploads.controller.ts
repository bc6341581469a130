import {
  AbandonUpload as AbandonUploadContract,
  FinishUpload as FinishUploadContract,
  OpenUpload as OpenUploadContract,
  refusal,
  RenewUpload,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { AbandonUpload } from './abandon-upload.ts';
import { FinishUpload } from './finish-upload.ts';
import { OpenUpload } from './open-upload.ts';
import { UploadSessions } from './upload-sessions.repository.ts';

/** What the gateway asks while it writes a tenant's file. */
@Controller()
export class UploadsController {
  constructor(
    private readonly openUpload: OpenUpload,
    private readonly finishUpload: FinishUpload,
    private readonly abandonUpload: AbandonUpload,
    private readonly sessions: UploadSessions,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {}

  @OnRequest(OpenUploadContract)
  async open(
    @Payload() request: RequestOf<typeof OpenUploadContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof OpenUploadContract>> {
    return this.openUpload.execute(request, call);
  }

  @OnRequest(RenewUpload)
  async renew(
    @Payload() { upload_session_id }: RequestOf<typeof RenewUpload>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RenewUpload>> {
    const lease_seconds = this.config.IMPORT_UPLOAD_LEASE_SECONDS;
    const renewed = await this.sessions.renew({ id: upload_session_id, project_id: context.project_id }, lease_seconds);
    if (renewed === null) throw refusal('upload.gone', 'The upload has ended or its image was deleted.');
    return { lease_seconds };
  }

  @OnRequest(FinishUploadContract)
  async finish(
    @Payload() request: RequestOf<typeof FinishUploadContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof FinishUploadContract>> {
    return { event_ids: [...(await this.finishUpload.execute(request, call))] };
  }

  @OnRequest(AbandonUploadContract)
  async abandon(
    @Payload() request: RequestOf<typeof AbandonUploadContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof AbandonUploadContract>> {
    return { event_ids: [...(await this.abandonUpload.execute(request, context))] };
  }
}
