import { CancelImageScan, refusal, RequestImageScan, type RequestOf, type ResponseOf } from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { allow, findImage, World } from './neighbours.ts';
import { aJob } from './records.ts';

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

/** What import says when an image is to be scanned. */
@Controller()
export class ScanNeighbour {
  constructor(private readonly world: World) {}

  @OnRequest(RequestImageScan)
  async scan(
    @Payload() request: RequestOf<typeof RequestImageScan>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RequestImageScan>> {
    const image = findImage(this.world, 'image.request_scan', request, context);
    this.world.scansWanted.push(request);
    const job = aJob({ type: 'scan', project_id: image.owner, region: image.region, image_id: image.id });
    this.world.jobs.set(job.id, job);
    return { job, event_ids: [job.id] };
  }

  @OnRequest(CancelImageScan)
  async cancel(
    @Payload() { job_id }: RequestOf<typeof CancelImageScan>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CancelImageScan>> {
    const job = this.world.jobs.get(job_id);
    if (job?.type !== 'scan') throw refusal('job.not_found', 'There is no such scan.');
    allow('job.cancel', { owner: job.project_id }, context);
    return { job: { ...job, state: 'cancelling' }, event_ids: [job_id] };
  }
}
