import {
  CompleteResumableUpload as CompleteResumableUploadContract,
  DeleteResumableUpload as DeleteResumableUploadContract,
  ListResumableUploads,
  type RequestOf,
  type ResponseOf,
  ShowResumableUpload,
  SignResumableUploadParts,
  StartResumableUpload as StartResumableUploadContract,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CompleteResumableUpload } from './complete-resumable-upload.ts';
import { DeleteResumableUpload } from './delete-resumable-upload.ts';
import { FindResumableUploads } from './find-resumable-uploads.ts';
import { SignParts } from './sign-parts.ts';
import { StartResumableUpload } from './start-resumable-upload.ts';

/** Files that are sent in parts, as others ask for them. */
@Controller()
export class ResumableUploadsController {
  constructor(
    private readonly startUpload: StartResumableUpload,
    private readonly findUploads: FindResumableUploads,
    private readonly signParts: SignParts,
    private readonly completeUpload: CompleteResumableUpload,
    private readonly deleteUpload: DeleteResumableUpload,
  ) {}

  @OnRequest(StartResumableUploadContract)
  async start(
    @Payload() request: RequestOf<typeof StartResumableUploadContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof StartResumableUploadContract>> {
    return this.startUpload.execute(request, call);
  }

  @OnRequest(ListResumableUploads)
  async list(
    @Payload() request: RequestOf<typeof ListResumableUploads>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListResumableUploads>> {
    return this.findUploads.list(request, context);
  }

  @OnRequest(ShowResumableUpload)
  async show(
    @Payload() request: RequestOf<typeof ShowResumableUpload>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ShowResumableUpload>> {
    return this.findUploads.show(request, context);
  }

  @OnRequest(SignResumableUploadParts)
  async sign(
    @Payload() request: RequestOf<typeof SignResumableUploadParts>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof SignResumableUploadParts>> {
    return this.signParts.execute(request, context);
  }

  @OnRequest(CompleteResumableUploadContract)
  async complete(
    @Payload() request: RequestOf<typeof CompleteResumableUploadContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CompleteResumableUploadContract>> {
    return this.completeUpload.execute(request, context);
  }

  @OnRequest(DeleteResumableUploadContract)
  async delete(
    @Payload() request: RequestOf<typeof DeleteResumableUploadContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DeleteResumableUploadContract>> {
    await this.deleteUpload.execute(request, call);
    return {};
  }
}
