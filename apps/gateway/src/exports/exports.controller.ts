import { type JobOnBoard, RequestExport } from '@imago/contracts';
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
import { type ExportBody, exportBody } from './export-body.ts';

/** Images as files in buckets of tenants. An export is a job; this is how one begins and how one's own are found. */
@Controller('v1/exports')
export class ExportsController {
  constructor(
    private readonly requests: RequestClient,
    private readonly board: JobBoard,
    private readonly accepted: AcceptedJobs,
  ) {}

  @Post()
  @HttpCode(202)
  async create(
    @Body({ schema: exportBody }) body: ExportBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const where = { region: regionOf(request).name, idempotency_key: idempotencyKeyOf(request) };
    const accepted = await this.requests.send(RequestExport, { ...where, ...body }, { context });
    return this.accepted.answer(accepted, { request, response, context });
  }

  @Get()
  list(
    @Query({ schema: typedJobsQuery }) query: TypedJobsQuery,
    @Req() request: Request,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.board.listOf({ type: 'export', collection: 'exports' }, query, request, context);
  }

  @Get(':job_id')
  show(@Param('job_id') id: string, @Region() region: string, @Context() context: RequestContext): Promise<JobOnBoard> {
    return this.board.showOf('export', id, region, context);
  }
}
