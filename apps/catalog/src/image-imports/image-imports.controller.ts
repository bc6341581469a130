import {
  BeginImport as BeginImportContract,
  type DataOf,
  type EventEnvelope,
  ImageStagedV1,
  type RequestOf,
  type ResponseOf,
  WithdrawImport,
} from '@imago/contracts';
import { type EventContext, inTransaction, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { requireService } from '../images/image-access.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { UploadOutcomes } from '../images/upload-outcomes.ts';
import { BeginImport } from './begin-import.ts';
import { ImportEnds } from './import-ends.ts';

/** Imports into images that are registered already: what import asks about them, and what it tells of staged files. */
@Controller()
export class ImageImportsController {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly beginImport: BeginImport,
    private readonly ends: ImportEnds,
    private readonly uploads: UploadOutcomes,
  ) {}

  @OnRequest(BeginImportContract)
  async begin(
    @Payload() request: RequestOf<typeof BeginImportContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof BeginImportContract>> {
    return this.beginImport.execute(request, call);
  }

  @OnRequest(WithdrawImport)
  async withdraw(
    @Payload() { image_id, job_id }: RequestOf<typeof WithdrawImport>,
    @Ctx() { context, cause }: RequestCall,
  ): Promise<ResponseOf<typeof WithdrawImport>> {
    requireService(context);
    await inTransaction(this.db, async (tx) => {
      const image = await this.images.lock(tx, image_id);
      if (image?.job_id === job_id && image.import_method !== null) await this.ends.failed(tx, image, cause);
    });
    return {};
  }

  @OnEvent(ImageStagedV1)
  async staged(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageStagedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.uploads.staged(tx, { ...data, cause }, data.size);
  }
}
