import { randomUUID } from 'node:crypto';
import {
  CancelExport,
  CreateDownloadLink,
  DescribeLayers,
  type HeldObject,
  refusal,
  RequestCopy,
  RequestExport,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { type RequestContext, requireAllowed, signDownloadLink } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { World } from './neighbours.ts';
import { aJob } from './records.ts';

/** What was asked of the export service. */
export class ExportBook {
  readonly exports: { readonly request: RequestOf<typeof RequestExport>; readonly context: RequestContext }[] = [];
  readonly copies: { readonly request: RequestOf<typeof RequestCopy>; readonly context: RequestContext }[] = [];
  readonly links: RequestOf<typeof CreateDownloadLink>[] = [];
  /** Ids of jobs. */
  readonly cancelled: string[] = [];
  /** Where the bytes of images are, by their ids. */
  readonly objects = new Map<string, HeldObject>();
  refuse: Error | null = null;

  constructor(readonly contextKey: string) {}
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class ExportNeighbour {
  constructor(
    private readonly book: ExportBook,
    private readonly world: World,
  ) {}

  @OnRequest(RequestExport)
  async export(
    @Payload() request: RequestOf<typeof RequestExport>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RequestExport>> {
    this.#requireOwn(request, context);
    this.book.exports.push({ request, context });
    const { project_id } = context;
    const job = aJob({ type: 'export', project_id, region: request.region, state: 'queued', phase: 'admit' });
    this.world.jobs.set(job.id, job);
    return { job, event_ids: [job.id] };
  }

  @OnRequest(RequestCopy)
  async copy(
    @Payload() request: RequestOf<typeof RequestCopy>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RequestCopy>> {
    this.#requireOwn(request.source, context);
    this.book.copies.push({ request, context });
    const { project_id } = context;
    const region = request.destination_region;
    const job = aJob({ type: 'copy', project_id, region, state: 'queued', phase: 'map' });
    this.world.jobs.set(job.id, job);
    return { job, event_ids: [job.id] };
  }

  @OnRequest(CreateDownloadLink)
  async link(
    @Payload() request: RequestOf<typeof CreateDownloadLink>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CreateDownloadLink>> {
    this.#requireOwn(request, context);
    this.book.links.push(request);
    const { image_id, region, disk_format, expires_in } = request;
    const [link_id, expires_at] = [randomUUID(), Date.now() + expires_in * 1000];
    const link = { link_id, image_id, region, disk_format, project_id: context.project_id, expires_at };
    const token = signDownloadLink(link, this.book.contextKey);
    return { link_id, token, expires_at: new Date(expires_at).toISOString(), event_ids: [link_id] };
  }

  @OnRequest(CancelExport)
  async cancel(
    @Payload() { job_id }: RequestOf<typeof CancelExport>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CancelExport>> {
    const job = this.world.jobs.get(job_id);
    if (job === undefined) throw refusal('job.not_found', 'There is no such job.');
    requireAllowed('job.cancel', context, job.project_id === context.project_id ? 'owner' : 'none');
    this.book.cancelled.push(job_id);
    return { job: { ...job, state: 'cancelling' }, event_ids: [job_id] };
  }

  #requireOwn({ image_id, region }: { image_id: string; region: string }, context: RequestContext): void {
    const image = this.world.images.get(image_id);
    if (image?.region !== region) throw refusal('image.not_found', 'There is no such image <here>.');
    const others = image.visibility === 'public' ? 'public' : 'none';
    requireAllowed('image.export', context, image.owner === context.project_id ? 'owner' : others);
    if (this.book.refuse !== null) throw this.book.refuse;
  }
}

/** Catalog, as far as it says where bytes are. */
@Controller()
export class DescribingNeighbour {
  constructor(
    private readonly book: ExportBook,
    private readonly world: World,
  ) {}

  @OnRequest(DescribeLayers)
  async describe(
    @Payload() { image_id, region }: RequestOf<typeof DescribeLayers>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DescribeLayers>> {
    if (!context.roles.includes('service')) throw refusal('auth.forbidden', 'Only services may do this.');
    const [image, object] = [this.world.images.get(image_id), this.book.objects.get(image_id)];
    if (image?.region !== region || object === undefined) throw refusal('image.not_found', 'There is no such image.');
    return { image, object };
  }
}
