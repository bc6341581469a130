import { type JobOnBoard, PreflightImport, type PreflightReport, RequestImport } from '@imago/contracts';
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
import { type ImportBody, importBody, toRequestImport } from './import-body.ts';

/** Milliseconds a preflight is waited for: import's own patience, unless an operator has set that longer, is shorter. */
const PREFLIGHT_PATIENCE = 20_000;

/** Images from image files. An import is a job; this is how one begins and how one's own are found. */
@Controller('v1/imports')
export class ImportsController {
  constructor(
    private readonly requests: RequestClient,
    private readonly board: JobBoard,
    private readonly accepted: AcceptedJobs,
  ) {}

  @Post()
  @HttpCode(202)
  async create(
    @Body({ schema: importBody }) body: ImportBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const where = { region: regionOf(request).name, idempotency_key: idempotencyKeyOf(request) };
    const accepted = await this.requests.send(RequestImport, toRequestImport(body, where), { context });
    return this.accepted.answer(accepted, { request, response, context });
  }

  /** What the same import would meet. A preflight changes nothing, so it needs no Idempotency-Key. */
  @Post('preflight')
  @HttpCode(200)
  preflight(
    @Body({ schema: importBody }) body: ImportBody,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<PreflightReport> {
    const wanted = toRequestImport(body, { region, idempotency_key: null });
    return this.requests.send(PreflightImport, wanted, { context, timeout_ms: PREFLIGHT_PATIENCE });
  }

  @Get()
  list(
    @Query({ schema: typedJobsQuery }) query: TypedJobsQuery,
    @Req() request: Request,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.board.listOf({ type: 'import', collection: 'imports' }, query, request, context);
  }

  @Get(':job_id')
  show(@Param('job_id') id: string, @Region() region: string, @Context() context: RequestContext): Promise<JobOnBoard> {
    return this.board.showOf('import', id, region, context);
  }
}
