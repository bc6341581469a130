import {
  CancelCapture,
  type JobType,
  refusal,
  RequestCapture,
  RequestFlatten,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type RequestContext, requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ServerBook } from './compute-neighbour.ts';
import { World } from './neighbours.ts';
import { aJob } from './records.ts';

/** What was asked of the capture service. */
export class CaptureBook {
  readonly captures: { readonly request: RequestOf<typeof RequestCapture>; readonly context: RequestContext }[] = [];
  readonly flattens: { readonly request: RequestOf<typeof RequestFlatten>; readonly context: RequestContext }[] = [];
  /** Ids of jobs. */
  readonly cancelled: string[] = [];
  refuse: Error | null = null;
}

type Accepted = ResponseOf<typeof RequestCapture>;

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class CaptureNeighbour {
  constructor(
    private readonly book: CaptureBook,
    private readonly servers: ServerBook,
    private readonly world: World,
  ) {}

  @OnRequest(RequestCapture)
  async capture(
    @Payload() request: RequestOf<typeof RequestCapture>,
    @Ctx() { context }: RequestCall,
  ): Promise<Accepted> {
    const server = this.servers.servers.get(request.server_id);
    if (server?.region !== request.region) throw refusal('server.not_found', 'There is no such server <here>.');
    requireAllowed('server.capture', context, server.project_id === context.project_id ? 'owner' : 'none');
    if (this.book.refuse !== null) throw this.book.refuse;
    this.book.captures.push({ request, context });
    return this.#job('capture', request.region, context);
  }

  @OnRequest(RequestFlatten)
  async flatten(
    @Payload() request: RequestOf<typeof RequestFlatten>,
    @Ctx() { context }: RequestCall,
  ): Promise<Accepted> {
    const image = this.world.images.get(request.image_id);
    if (image?.region !== request.region) throw refusal('image.not_found', 'There is no such image <here>.');
    const others = image.visibility === 'public' ? 'public' : 'none';
    requireAllowed('image.flatten', context, image.owner === context.project_id ? 'owner' : others);
    if (this.book.refuse !== null) throw this.book.refuse;
    this.book.flattens.push({ request, context });
    return this.#job('flatten', request.region, context);
  }

  @OnRequest(CancelCapture)
  async cancel(
    @Payload() { job_id }: RequestOf<typeof CancelCapture>,
    @Ctx() { context }: RequestCall,
  ): Promise<Accepted> {
    const job = this.world.jobs.get(job_id);
    if (job === undefined) throw refusal('job.not_found', 'There is no such job.');
    requireAllowed('job.cancel', context, job.project_id === context.project_id ? 'owner' : 'none');
    this.book.cancelled.push(job_id);
    return { job: { ...job, state: 'cancelling' }, event_ids: [job_id] };
  }

  #job(type: JobType, region: string, { project_id }: RequestContext): Accepted {
    const job = aJob({ type, project_id, region, state: 'queued', phase: 'lock' });
    this.world.jobs.set(job.id, job);
    return { job, event_ids: [job.id] };
  }
}
