import { AssignBucket, bucketName, ListBucketObjects, ListBuckets, projectId } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, Param, Put, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { noBody } from '../edge/json-bodies.ts';
import { pageLinks } from '../edge/paging.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { bucketObjectsQuery, type BucketObjectsQuery } from './bucket-objects-query.ts';

const ofProject = z.object({ project_id: projectId });
const ofBucket = z.object({ bucket: bucketName });
const assignment = z.object({ project_id: projectId, bucket: bucketName });

/** Which buckets of a region a project may import from. The operator says it; the project can look it up. */
@Controller('v1')
export class BucketsController {
  constructor(private readonly requests: RequestClient) {}

  @Get('buckets')
  own(@Region() region: string, @Context() context: RequestContext): Promise<object> {
    requireAllowed('bucket.list', context, 'owner');
    return this.requests.send(ListBuckets, { project_id: context.project_id, region }, { context });
  }

  /** What is in one of them, to choose from. */
  @Get('buckets/:bucket/objects')
  async objects(
    @Param({ schema: ofBucket }) { bucket }: z.output<typeof ofBucket>,
    @Query({ schema: bucketObjectsQuery }) query: BucketObjectsQuery,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { objects, next_marker } = await this.requests.send(
      ListBucketObjects,
      { region, bucket, ...query },
      { context },
    );
    return { objects, ...pageLinks(`/v1/buckets/${bucket}/objects`, request.query, next_marker) };
  }

  @Get('operator/projects/:project_id/buckets')
  ofProject(
    @Param({ schema: ofProject }) { project_id }: z.output<typeof ofProject>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    requireAllowed('bucket.assign', context, 'operator');
    return this.requests.send(ListBuckets, { project_id, region }, { context });
  }

  /** Idempotent. */
  @Put('operator/projects/:project_id/buckets/:bucket')
  assign(
    @Param({ schema: assignment }) { project_id, bucket }: z.output<typeof assignment>,
    @Body({ schema: noBody }) _body: undefined,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    requireAllowed('bucket.assign', context, 'operator');
    return this.requests.send(AssignBucket, { project_id, region, bucket }, { context });
  }
}
