import {
  type DataOf,
  DescribeCopySource as DescribeCopySourceContract,
  type EventEnvelope,
  FullMachineCopiedV1,
  ImageCopiedV1,
  ImageCopyCancelledV1,
  ImageCopyFailedV1,
  RegisterCopy as RegisterCopyContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CarryFindings } from '../findings/carry-findings.ts';
import { toRecord } from '../images/image-record.ts';
import { type MadeDisk, MakingOutcomes } from '../images/making-outcomes.ts';
import { CopyNews } from './copy-news.ts';
import { DescribeCopySource } from './describe-copy-source.ts';
import { RegisterCopy } from './register-copy.ts';

/** What the export service asks about copies of images, and how they end. */
@Controller()
export class CopiesController {
  constructor(
    private readonly registerCopy: RegisterCopy,
    private readonly describeSource: DescribeCopySource,
    private readonly making: MakingOutcomes,
    private readonly news: CopyNews,
    private readonly findings: CarryFindings,
  ) {}

  @OnRequest(RegisterCopyContract)
  async register(
    @Payload() request: RequestOf<typeof RegisterCopyContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof RegisterCopyContract>> {
    const { image, event_ids } = await this.registerCopy.execute(request, call);
    const data_disks = await this.registerCopy.disksOf(image);
    return { image: toRecord(image), data_disks, event_ids: [...event_ids] };
  }

  @OnRequest(DescribeCopySourceContract)
  async describe(
    @Payload() request: RequestOf<typeof DescribeCopySourceContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DescribeCopySourceContract>> {
    return this.describeSource.execute(request, call.context);
  }

  @OnEvent(ImageCopiedV1)
  async copied(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageCopiedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.#copied(data, [], { tx, cause });
  }

  @OnEvent(FullMachineCopiedV1)
  async machineCopied(
    @Payload() { data }: EventEnvelope<DataOf<typeof FullMachineCopiedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.#copied(data, data.data_disks, { tx, cause });
  }

  async #copied(
    { image_id, job, object, source }: DataOf<typeof ImageCopiedV1>,
    data_disks: readonly MadeDisk[],
    { tx, cause }: Pick<EventContext, 'tx' | 'cause'>,
  ): Promise<void> {
    const copy = await this.making.stored(tx, { image_id, job_id: job.id, cause }, { object, from: {}, data_disks });
    if (copy === null) return;
    await this.findings.carry(tx, source, copy, cause);
    await this.news.copyMade(tx, copy, cause);
  }

  @OnEvent(ImageCopyFailedV1)
  async failed(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageCopyFailedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.making.failed(tx, { image_id: data.image_id, job_id: data.job.id, cause }, data.error);
  }

  @OnEvent(ImageCopyCancelledV1)
  async cancelled(
    @Payload() { data }: EventEnvelope<DataOf<typeof ImageCopyCancelledV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.making.failed(tx, { image_id: data.image_id, job_id: data.job.id, cause }, data.error);
  }
}
