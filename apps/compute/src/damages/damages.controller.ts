import {
  type DataOf,
  type EventEnvelope,
  ListServersOnObjects,
  ObjectDamagedV1,
  ObjectRepairedV1,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type EventContext, OnEvent, OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { DamagedDisks } from './damaged-disks.ts';

/** What damages of stored objects mean for servers. */
@Controller()
export class DamagesController {
  constructor(private readonly disks: DamagedDisks) {}

  @OnRequest(ListServersOnObjects)
  async list(
    @Payload() { region, object_ids }: RequestOf<typeof ListServersOnObjects>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListServersOnObjects>> {
    if (!context.roles.includes('admin') && !context.roles.includes('service'))
      throw refusal('auth.forbidden', 'Servers of all projects are for operators.');
    return { servers: await this.disks.list(region, object_ids) };
  }

  @OnEvent(ObjectDamagedV1)
  async damaged(
    @Payload() { data }: EventEnvelope<DataOf<typeof ObjectDamagedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.disks.damaged(tx, data, cause);
  }

  @OnEvent(ObjectRepairedV1)
  async repaired(
    @Payload() { data }: EventEnvelope<DataOf<typeof ObjectRepairedV1>>,
    @Ctx() { tx, cause }: EventContext,
  ): Promise<void> {
    await this.disks.repaired(tx, data, cause);
  }
}
