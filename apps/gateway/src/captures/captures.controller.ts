import { type JobOnBoard, RequestCapture } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { idempotencyKeyOf } from '../edge/idempotency-key.ts';
import { pageLinks } from '../edge/paging.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { AcceptedJobs } from '../jobs/accepted-jobs.ts';
import { JobBoard } from '../jobs/job-board.ts';
import { jobsQuery } from '../jobs/jobs-query.ts';
import { type CaptureBody, captureBody, toRequestCapture } from './capture-body.ts';

const listQuery = jobsQuery.omit({ type: true });

/** Images from stopped servers. A capture is a job; this is how one begins and how one's own are found. */
@Controller('v1/captures')
export class CapturesController {
  constructor(
    private readonly requests: RequestClient,
    private readonly board: JobBoard,
    private readonly accepted: AcceptedJobs,
  ) {}

  @Post()
  @HttpCode(202)
  async create(
    @Body({ schema: captureBody }) body: CaptureBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const where = { region: regionOf(request).name, idempotency_key: idempotencyKeyOf(request) };
    const accepted = await this.requests.send(RequestCapture, toRequestCapture(body, where), { context });
    return this.accepted.answer(accepted, { request, response, context });
  }

  @Get()
  async list(
    @Query({ schema: listQuery }) query: z.output<typeof listQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const page = await this.board.list({ ...query, type: 'capture' }, region, context);
    return { captures: page.jobs, ...pageLinks('/v1/captures', request.query, page.next_marker) };
  }

  @Get(':job_id')
  show(@Param('job_id') id: string, @Region() region: string, @Context() context: RequestContext): Promise<JobOnBoard> {
    return this.board.showOf('capture', id, region, context);
  }
}
