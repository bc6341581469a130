import { type JobOnBoard, RequestCopy } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { idempotencyKeyOf } from '../edge/idempotency-key.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { AcceptedJobs } from '../jobs/accepted-jobs.ts';
import { JobBoard } from '../jobs/job-board.ts';
import { typedJobsQuery, type TypedJobsQuery } from '../jobs/jobs-query.ts';
import { type CopyBody, copyBody, toRequestCopy } from './copy-body.ts';

/**
 * Images made of other images. A copy is a job of the region it is made in, as its image is; it is asked for in the region
 * of the image that is copied.
 */
@Controller('v1/copies')
export class CopiesController {
  constructor(
    private readonly requests: RequestClient,
    private readonly board: JobBoard,
    private readonly accepted: AcceptedJobs,
  ) {}

  @Post()
  @HttpCode(202)
  async create(
    @Body({ schema: copyBody }) body: CopyBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const where = { region: regionOf(request).name, idempotency_key: idempotencyKeyOf(request) };
    const accepted = await this.requests.send(RequestCopy, toRequestCopy(body, where), { context });
    return this.accepted.answer(accepted, { request, response, context });
  }

  @Get()
  list(
    @Query({ schema: typedJobsQuery }) query: TypedJobsQuery,
    @Req() request: Request,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.board.listOf({ type: 'copy', collection: 'copies' }, query, request, context);
  }

  @Get(':job_id')
  show(@Param('job_id') id: string, @Region() region: string, @Context() context: RequestContext): Promise<JobOnBoard> {
    return this.board.showOf('copy', id, region, context);
  }
}
