import { type CreateServers, type DataDiskWish, type Flavor, refusal, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HostCapacity } from '../hosts/host-capacity.ts';
import { HoldImages, type Holding } from './hold-images.ts';
import { isCertain } from './idempotency.ts';
import type { OrderAnswer } from './order-answer.ts';
import { planServers } from './plan-servers.ts';
import { PromiseServers } from './promise-servers.ts';
import { dataDisksOf, type InputOf, inputFor, type ServerJob } from './server-job.ts';
import { TakeBack } from './take-back.ts';

/** The admission of recorded servers. One that is asked for again goes on with the ids it finds. */
@Injectable()
export class CreateAdmission {
  constructor(
    private readonly db: DataSource,
    private readonly holds: HoldImages,
    private readonly capacity: HostCapacity,
    private readonly promise: PromiseServers,
    private readonly takeBack: TakeBack,
  ) {}

  /** The data disks new servers get from their image, to be recorded with the order. */
  disksBrought(request: RequestOf<typeof CreateServers>, context: RequestContext): Promise<readonly DataDiskWish[]> {
    return this.holds.disksBrought(request, context);
  }

  async admit(job: ServerJob, flavor: Flavor, context: RequestContext): Promise<OrderAnswer> {
    const input = inputFor(job, 'creating');
    let isHolding = false;
    try {
      await this.capacity.requireHost(this.db.manager, job.region);
      isHolding = true;
      const held = await this.holds.hold(holdingsOf(input), job.region, context);
      isHolding = false;
      const plan = planServers(input, flavor, held);
      const answer = await this.promise.execute(job, plan);
      if (answer !== null) return answer;
    } catch (error) {
      // What we refuse ourselves is certain, and so is a refusal of catalog's. After anything else nobody knows what is
      // held: the sweep takes it back.
      if (!isHolding || isCertain(error)) await this.takeBack.execute(job);
      throw error;
    }
    await this.takeBack.releaseOnly(job);
    throw refusal('request.timeout', 'The order took too long to be accepted and was taken back.');
  }
}

/** Which images are held for which disks. */
function holdingsOf(input: InputOf<'creating'>): readonly Holding[] {
  const disks = input.servers.flatMap(({ system_disk_id, data_disk_ids }) => [
    { image_id: input.request.image_id, disk_id: system_disk_id },
    ...dataDisksOf(input).flatMap(({ image_id }, index) => {
      const disk_id = data_disk_ids[index];
      return image_id === null || disk_id === undefined ? [] : [{ image_id, disk_id }];
    }),
  ]);
  return [...Map.groupBy(disks, ({ image_id }) => image_id)].map(([image_id, of]) => ({
    image_id,
    disk_ids: of.map(({ disk_id }) => disk_id),
  }));
}
