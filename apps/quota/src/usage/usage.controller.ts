import {
  type DataOf,
  type EventEnvelope,
  ImageStorageChangedV1,
  ListUsage as ListUsageContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ListUsage } from './list-usage.ts';
import { StoragePeriods } from './storage-periods.ts';

/** What catalog tells of stored bytes, and what tenants and operators ask about them. */
@Controller()
export class UsageController {
  constructor(
    private readonly listUsage: ListUsage,
    private readonly periods: StoragePeriods,
  ) {}

  @OnRequest(ListUsageContract)
  async list(
    @Payload() request: RequestOf<typeof ListUsageContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListUsageContract>> {
    return this.listUsage.execute(request, call.context);
  }

  @OnEvent(ImageStorageChangedV1)
  async changed(
    @Payload() { data, time }: EventEnvelope<DataOf<typeof ImageStorageChangedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.periods.changed(tx, data, { at: new Date(time), cause });
  }
}
