import { type JobOnBoard, refusal, RequestCapture } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { idempotencyKeyOf } from '../edge/idempotency-key.ts';
import { OwnWrites } from '../edge/own-writes.ts';
import { pageLinks } from '../edge/paging.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
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
    private readonly ownWrites: OwnWrites,
  ) {}

  @Post()
  @HttpCode(202)
  async create(
    @Body({ schema: captureBody }) body: CaptureBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const region = regionOf(request);
    const wanted = toRequestCapture(body, { region: region.name, idempotency_key: idempotencyKeyOf(request) });
    const { job, event_ids } = await this.requests.send(RequestCapture, wanted, { context });
    const projection = await this.ownWrites.shown(event_ids, context);
    response.setHeader('Location', `${region.prefix}/v1/jobs/${job.id}`);
    return { ...job, ...projection };
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
  async show(
    @Param('job_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<JobOnBoard> {
    const job = await this.board.show(id, region, context);
    if (job.type !== 'capture') throw refusal('job.not_found', 'There is no such capture.');
    return job;
  }
}
