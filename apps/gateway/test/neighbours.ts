import { randomUUID } from 'node:crypto';
import {
  type BootProof,
  AddImageTag,
  AssignBucket,
  CancelImport,
  ConfirmApplied,
  ConfirmQuotaApplied,
  CreateObjectStore,
  DeactivateImage,
  DeleteImage,
  type EventEnvelope,
  GetImage,
  type GetImageGeneralization,
  type GetImageReadiness,
  GetLineage,
  type ImageScan,
  type ShownImage,
  type JobOnBoard,
  ListBucketObjects,
  ListBuckets,
  ListImageEvents,
  ListImages,
  ListJobs,
  LocateImageFile,
  type ObjectStoreRecord,
  PreflightImport,
  ReactivateImage,
  refusal,
  RegisterImage,
  RemoveImageTag,
  type RequestImageScan,
  RequestImport,
  type RequestOf,
  type ResponseOf,
  ShowJob,
  ShowQuotas,
  UpdateImage,
} from '@imago/contracts';
import { type Action, type RequestContext, requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { aJob, anImage, aPreflight } from './records.ts';

/** What the services behind the gateway hold, and what was asked of them. */
export class World {
  readonly images = new Map<string, ShownImage>();
  readonly files = new Map<string, ResponseOf<typeof LocateImageFile>['file']>();
  /** Where a file is from the next look on. */
  readonly moves = new Map<string, ResponseOf<typeof LocateImageFile>['file']>();
  readonly lineages = new Map<string, Partial<Omit<ResponseOf<typeof GetLineage>, 'image'>>>();
  readonly proofs = new Map<string, BootProof>();
  readonly scans = new Map<string, ImageScan>();
  /** The scans that were asked for. */
  readonly scansWanted: RequestOf<typeof RequestImageScan>[] = [];
  readonly reports = new Map<string, Omit<ResponseOf<typeof GetImageReadiness>, 'image_id'>>();
  readonly generalizations = new Map<string, Omit<ResponseOf<typeof GetImageGeneralization>, 'image_id'>>();
  readonly jobs = new Map<string, JobOnBoard>();
  readonly events = new Map<string, EventEnvelope[]>();
  readonly buckets: RequestOf<typeof AssignBucket>[] = [];
  readonly objectLists: RequestOf<typeof ListBucketObjects>[] = [];
  readonly imports: { readonly request: RequestOf<typeof RequestImport>; readonly context: RequestContext }[] = [];
  readonly preflights: RequestOf<typeof PreflightImport>[] = [];
  /** What projects said of object stores of their own, and how each was told of it. */
  readonly objectStores = new Map<string, ObjectStoreRecord>();
  readonly objectStoreOrders: RequestOf<typeof CreateObjectStore>[] = [];
  readonly lists: RequestOf<typeof ListImages>[] = [];
  readonly jobLists: RequestOf<typeof ListJobs>[] = [];
  readonly registrations: RequestOf<typeof RegisterImage>[] = [];
  /** What was asked of catalog to change, in order. */
  readonly changes: unknown[] = [];
  /** What catalog answers instead of making or changing an image. */
  refuseChanges: Error | null = null;
  /** Event ids quota was asked about. */
  readonly counted: string[] = [];
  /** Event ids the board was asked about; what it answers. */
  readonly confirmed: string[] = [];
  boardIsCurrent = true;
  boardIsBroken = false;
  refuseImports: Error | null = null;
}

export function allow(action: Action, thing: { owner: string; visibility?: string }, context: RequestContext): void {
  const isPublic = thing.visibility === 'public';
  requireAllowed(action, context, thing.owner === context.project_id ? 'owner' : isPublic ? 'public' : 'none');
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class CatalogNeighbour {
  constructor(private readonly world: World) {}

  @OnRequest(GetImage)
  async get(
    @Payload() request: RequestOf<typeof GetImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetImage>> {
    return { image: this.find('image.get', request, call.context) };
  }

  @OnRequest(ListImages)
  async list(
    @Payload() request: RequestOf<typeof ListImages>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListImages>> {
    this.world.lists.push(request);
    const seen = [...this.world.images.values()].filter(
      (image) =>
        image.region === request.region && (image.owner === context.project_id || image.visibility === 'public'),
    );
    const from = request.marker === null ? 0 : seen.findIndex((image) => image.id === request.marker) + 1;
    if (request.marker !== null && from === 0) throw refusal('image.marker_not_found', 'No such marker.');
    const images = seen.slice(from, from + request.limit);
    const hasMore = from + request.limit < seen.length;
    return { images, next_marker: hasMore ? (images.at(-1)?.id ?? null) : null };
  }

  @OnRequest(RegisterImage)
  async register(
    @Payload() request: RequestOf<typeof RegisterImage>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RegisterImage>> {
    requireAllowed('image.create', context, 'owner');
    if (this.world.refuseChanges !== null) throw this.world.refuseChanges;
    this.world.registrations.push(request);
    const known = this.world.images.get(request.image_id);
    if (known !== undefined) return { image: known, event_ids: [] };
    const { facts, image_id, region, properties, visibility } = request;
    const image = anImage({ ...facts, id: image_id, region, properties, visibility, status: 'queued' });
    this.world.images.set(image.id, image);
    return { image, event_ids: [randomUUID()] };
  }

  @OnRequest(UpdateImage)
  async update(
    @Payload() request: RequestOf<typeof UpdateImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof UpdateImage>> {
    const before = this.find('image.update', request, call.context);
    const isNew = ({ name, value }: (typeof request.changes)[number]): boolean =>
      (before as Readonly<Record<string, unknown>>)[name] !== value;
    const changed = request.changes.filter((change) => isNew(change)).map(({ name }) => name);
    return { ...this.change('image.update', request, call.context), changed };
  }

  @OnRequest(AddImageTag)
  async addTag(
    @Payload() request: RequestOf<typeof AddImageTag>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof AddImageTag>> {
    return this.change('image.tag', request, call.context);
  }

  @OnRequest(RemoveImageTag)
  async removeTag(
    @Payload() request: RequestOf<typeof RemoveImageTag>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof RemoveImageTag>> {
    return this.change('image.tag', request, call.context);
  }

  @OnRequest(DeactivateImage)
  async deactivate(
    @Payload() request: RequestOf<typeof DeactivateImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DeactivateImage>> {
    return this.change('image.deactivate', request, call.context);
  }

  @OnRequest(ReactivateImage)
  async reactivate(
    @Payload() request: RequestOf<typeof ReactivateImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReactivateImage>> {
    return this.change('image.reactivate', request, call.context);
  }

  @OnRequest(DeleteImage)
  async delete(
    @Payload() request: RequestOf<typeof DeleteImage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DeleteImage>> {
    const image = this.find('image.delete', request, call.context);
    if (image.protected) throw refusal('image.protected', 'The image is protected.');
    this.world.images.delete(image.id);
    return { members_losing: 0, event_ids: [randomUUID()] };
  }

  @OnRequest(LocateImageFile)
  async locate(
    @Payload() request: RequestOf<typeof LocateImageFile>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof LocateImageFile>> {
    const image = this.find('image.download', request, call.context);
    if (image.status === 'deactivated' && !call.context.roles.includes('admin')) {
      throw refusal('image.deactivated', 'The image is deactivated.');
    }
    const file = this.world.files.get(image.id) ?? null;
    const moved = this.world.moves.get(image.id);
    if (moved !== undefined) this.world.files.set(image.id, moved);
    this.world.moves.delete(image.id);
    return { file };
  }

  @OnRequest(GetLineage)
  async lineage(
    @Payload() request: RequestOf<typeof GetLineage>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof GetLineage>> {
    const image = this.find('image.lineage', request, call.context);
    return { image, copied_from: null, ancestors: [], layers: 1, ...this.world.lineages.get(image.id) };
  }

  private change(
    action: Action,
    request: { image_id: string; region: string },
    context: RequestContext,
  ): ResponseOf<typeof AddImageTag> {
    const image = this.find(action, request, context);
    if (this.world.refuseChanges !== null) throw this.world.refuseChanges;
    this.world.changes.push(request);
    return { image: { ...image, version: image.version + 1 }, event_ids: [randomUUID()] };
  }

  private find(action: Action, request: RequestOf<typeof GetImage>, context: RequestContext): ShownImage {
    return findImage(this.world, action, request, context);
  }
}

/** An image of the region that the caller may do this with. */
export function findImage(
  world: World,
  action: Action,
  request: RequestOf<typeof GetImage>,
  context: RequestContext,
): ShownImage {
  const image = world.images.get(request.image_id);
  if (image?.region !== request.region) throw refusal('image.not_found', 'There is no such image <here>.');
  allow(action, image, context);
  return image;
}

@Controller()
export class ImportNeighbour {
  constructor(private readonly world: World) {}

  @OnRequest(RequestImport)
  async request(
    @Payload() request: RequestOf<typeof RequestImport>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RequestImport>> {
    requireAllowed('image.import', context, 'owner');
    if (this.world.refuseImports !== null) throw this.world.refuseImports;
    this.world.imports.push({ request, context });
    const job = aJob({ project_id: context.project_id, region: request.region, state: 'queued', phase: 'admit' });
    this.world.jobs.set(job.id, job);
    return { job, event_ids: [job.id] };
  }

  @OnRequest(PreflightImport)
  async preflight(
    @Payload() request: RequestOf<typeof PreflightImport>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof PreflightImport>> {
    requireAllowed('image.import', context, 'owner');
    if (this.world.refuseImports !== null) throw this.world.refuseImports;
    this.world.preflights.push(request);
    return aPreflight();
  }

  @OnRequest(CancelImport)
  async cancel(
    @Payload() { job_id }: RequestOf<typeof CancelImport>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CancelImport>> {
    const job = this.world.jobs.get(job_id);
    if (job === undefined) throw refusal('job.not_found', 'There is no such job.');
    allow('job.cancel', { owner: job.project_id }, context);
    if (job.state === 'succeeded') throw refusal('job.wrong_state', 'The job has ended.');
    return { job: { ...job, state: 'cancelling' }, event_ids: [job_id] };
  }

  @OnRequest(AssignBucket)
  async assign(
    @Payload() request: RequestOf<typeof AssignBucket>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof AssignBucket>> {
    requireAllowed('bucket.assign', context, 'operator');
    this.world.buckets.push(request);
    return request;
  }

  @OnRequest(ListBuckets)
  async list(@Payload() request: RequestOf<typeof ListBuckets>): Promise<ResponseOf<typeof ListBuckets>> {
    const { project_id, region } = request;
    return { buckets: this.world.buckets.filter((each) => each.project_id === project_id && each.region === region) };
  }

  @OnRequest(ListBucketObjects)
  async listObjects(
    @Payload() request: RequestOf<typeof ListBucketObjects>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListBucketObjects>> {
    const { bucket, region, marker, limit } = request;
    const isOwn = this.world.buckets.some(
      (each) => each.bucket === bucket && each.region === region && each.project_id === context.project_id,
    );
    if (!isOwn) throw refusal('import.bucket_not_found', 'Your project has no such bucket.');
    this.world.objectLists.push(request);
    const last_modified = new Date(0).toISOString();
    const keys = ['disks/1 é.qcow2', 'disks/2.raw'].filter((key) => marker === null || key > marker);
    const objects = keys.slice(0, limit).map((object) => ({ object, size: '5', last_modified }));
    return { objects, next_marker: keys.length > limit ? (objects.at(-1)?.object ?? null) : null };
  }
}

@Controller()
export class QuotaNeighbour {
  constructor(private readonly world: World) {}

  @OnRequest(ConfirmQuotaApplied)
  async confirm(
    @Payload() request: RequestOf<typeof ConfirmQuotaApplied>,
  ): Promise<ResponseOf<typeof ConfirmQuotaApplied>> {
    if (this.world.boardIsBroken) throw new Error('the ledger is broken');
    this.world.counted.push(...request.event_ids);
    return { applied: this.world.boardIsCurrent };
  }

  @OnRequest(ShowQuotas)
  async show(@Payload() request: RequestOf<typeof ShowQuotas>): Promise<ResponseOf<typeof ShowQuotas>> {
    const { project_id, region } = request;
    return { quotas: [{ project_id, region: region ?? 'region-1', resource: 'images', limit: 10, used: 3 }] };
  }
}

@Controller()
export class ActivityNeighbour {
  constructor(private readonly world: World) {}

  @OnRequest(ConfirmApplied)
  async confirm(@Payload() request: RequestOf<typeof ConfirmApplied>): Promise<ResponseOf<typeof ConfirmApplied>> {
    if (this.world.boardIsBroken) throw new Error('the board is broken');
    this.world.confirmed.push(...request.event_ids);
    return { applied: this.world.boardIsCurrent };
  }

  @OnRequest(ListJobs)
  async list(
    @Payload() request: RequestOf<typeof ListJobs>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListJobs>> {
    this.world.jobLists.push(request);
    const jobs = [...this.world.jobs.values()].filter(
      (job) => job.project_id === context.project_id && job.region === request.region,
    );
    const page = jobs.slice(0, request.limit);
    return { jobs: page, next_marker: jobs.length > page.length ? (page.at(-1)?.id ?? null) : null };
  }

  @OnRequest(ShowJob)
  async show(
    @Payload() request: RequestOf<typeof ShowJob>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ShowJob>> {
    const job = this.world.jobs.get(request.job_id);
    if (job?.region !== request.region) throw refusal('job.not_found', 'There is no such job.');
    allow('job.get', { owner: job.project_id }, context);
    return { job };
  }

  @OnRequest(ListImageEvents)
  async events(
    @Payload() request: RequestOf<typeof ListImageEvents>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListImageEvents>> {
    const image = this.world.images.get(request.image_id);
    if (image === undefined) throw refusal('image.not_found', 'There is no such image.');
    allow('image.events', image, context);
    const all = this.world.events.get(request.image_id) ?? [];
    const from = Number(request.after ?? 0);
    const events = all.slice(from, from + request.limit);
    const end = from + events.length;
    return { events, next: end < all.length ? String(end) : null };
  }
}
