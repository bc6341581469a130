import {
  AssignBucket,
  FindBucket,
  ListBucketObjects as ListBucketObjectsContract,
  ListBuckets,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { BucketAssignments } from './bucket-assignments.repository.ts';
import { ListBucketObjects } from './list-bucket-objects.ts';

/** Operators say which buckets a project may import from; the project can look it up. */
@Controller()
export class BucketsController {
  constructor(
    private readonly buckets: BucketAssignments,
    private readonly regions: Regions,
    private readonly listObjects: ListBucketObjects,
  ) {}

  @OnRequest(AssignBucket)
  async assign(
    @Payload() request: RequestOf<typeof AssignBucket>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof AssignBucket>> {
    requireAllowed('bucket.assign', call.context, 'operator');
    this.regions.get(request.region);
    await this.buckets.assign(request);
    return request;
  }

  @OnRequest(ListBuckets)
  async list(
    @Payload() request: RequestOf<typeof ListBuckets>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ListBuckets>> {
    const isOwn = request.project_id === call.context.project_id;
    if (!isOwn && !call.context.roles.includes('admin')) {
      throw refusal('auth.forbidden', 'You may only list the buckets of your own project.');
    }
    return { buckets: await this.buckets.list(request.project_id, request.region) };
  }

  @OnRequest(ListBucketObjectsContract)
  async objects(
    @Payload() request: RequestOf<typeof ListBucketObjectsContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListBucketObjectsContract>> {
    return this.listObjects.execute(request, context);
  }

  @OnRequest(FindBucket)
  async find(
    @Payload() request: RequestOf<typeof FindBucket>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof FindBucket>> {
    if (!context.roles.includes('service')) throw refusal('auth.forbidden', 'Only services may ask this.');
    return { assigned: await this.buckets.has(request) };
  }
}
