import {
  AbandonImage as AbandonImageContract,
  type DataOf,
  DeleteImage as DeleteImageContract,
  type EventEnvelope,
  GetImage,
  GetLineage,
  ImageImportCancelledV1,
  ImageImportedV1,
  ImageImportFailedV1,
  ListImages,
  LocateImageFile,
  PreviewRegistration,
  RegisterImage as RegisterImageContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { AbandonImage } from './abandon-image.ts';
import { DeleteImage } from './delete-image.ts';
import { FindImages } from './find-images.ts';
import { FindLineage } from './find-lineage.ts';
import { toRecord } from './image-record.ts';
import { MakingOutcomes } from './making-outcomes.ts';
import { RegisterImage } from './register-image.ts';

/** What other services ask about images, and what images listen to. */
@Controller()
export class ImagesController {
  constructor(
    private readonly registerImage: RegisterImage,
    private readonly abandonImage: AbandonImage,
    private readonly deleteImage: DeleteImage,
    private readonly findImages: FindImages,
    private readonly findLineage: FindLineage,
    private readonly outcomes: MakingOutcomes,
  ) {}

  @OnRequest(RegisterImageContract)
  async register(
    @Payload() request: RequestOf<typeof RegisterImageContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof RegisterImageContract>> {
    const { image, event_ids } = await this.registerImage.execute(request, call);
    return { image: toRecord(image), event_ids: [...event_ids] };
  }

  @OnRequest(PreviewRegistration)
  async preview(
    @Payload() request: RequestOf<typeof PreviewRegistration>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof PreviewRegistration>> {
    const { figures, refusals } = await this.registerImage.preview(request, call);
    return { figures, refusals: [...refusals] };
  }

  @OnRequest(AbandonImageContract)
  async abandon(
    @Payload() request: RequestOf<typeof AbandonImageContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof AbandonImageContract>> {
    return { abandoned: await this.abandonImage.execute(request, call.context, call.cause) };
  }

  @OnRequest(DeleteImageContract)
  async delete(
    @Payload() request: RequestOf<typeof DeleteImageContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DeleteImageContract>> {
    const { event_ids, members_losing } = await this.deleteImage.execute(request, call.context, call.cause);
    return { members_losing, event_ids: [...event_ids] };
  }

  @OnRequest(GetImage)
  async get(
    @Payload() request: RequestOf<typeof GetImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetImage>> {
    return this.findImages.get(request, call.context);
  }

  @OnRequest(ListImages)
  async list(
    @Payload() request: RequestOf<typeof ListImages>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListImages>> {
    return this.findImages.list(request, call.context);
  }

  @OnRequest(LocateImageFile)
  async locateFile(
    @Payload() request: RequestOf<typeof LocateImageFile>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof LocateImageFile>> {
    return this.findImages.locateFile(request, call.context);
  }

  @OnRequest(GetLineage)
  async lineage(
    @Payload() request: RequestOf<typeof GetLineage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetLineage>> {
    return this.findLineage.execute(request, call.context);
  }

  @OnEvent(ImageImportedV1)
  async imported(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageImportedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    const { object, source } = data;
    await this.outcomes.stored(
      tx,
      { image_id: data.image_id, job_id: data.job.id, cause },
      { object, from: { source } },
    );
  }

  @OnEvent(ImageImportFailedV1)
  async importFailed(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageImportFailedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.outcomes.failed(tx, { image_id: data.image_id, job_id: data.job.id, cause }, data.error);
  }

  @OnEvent(ImageImportCancelledV1)
  async importCancelled(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageImportCancelledV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.outcomes.failed(tx, { image_id: data.image_id, job_id: data.job.id, cause }, data.error);
  }
}
