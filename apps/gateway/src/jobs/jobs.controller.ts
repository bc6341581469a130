import {
  CancelBootProof,
  CancelCapture,
  CancelExport,
  CancelImageScan,
  CancelImport,
  CancelServerJob,
  type JobOnBoard,
  type JobType,
  refusal,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { noBody } from '../edge/json-bodies.ts';
import { OwnWrites } from '../edge/own-writes.ts';
import { pageLinks } from '../edge/paging.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { JobBoard } from './job-board.ts';
import { jobsQuery, type JobsQuery } from './jobs-query.ts';

type Cancel =
  | typeof CancelImport
  | typeof CancelCapture
  | typeof CancelExport
  | typeof CancelServerJob
  | typeof CancelBootProof
  | typeof CancelImageScan;

/** How a job of each type is cancelled: by asking the service that owns it. */
const CANCEL: Readonly<Partial<Record<JobType, Cancel>>> = {
  import: CancelImport,
  capture: CancelCapture,
  flatten: CancelCapture,
  export: CancelExport,
  copy: CancelExport,
  server: CancelServerJob,
  boot_proof: CancelBootProof,
  scan: CancelImageScan,
};

/** Everything that takes long, whatever it is. */
@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly requests: RequestClient,
    private readonly board: JobBoard,
    private readonly ownWrites: OwnWrites,
  ) {}

  @Get()
  async list(
    @Query({ schema: jobsQuery }) query: JobsQuery,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const page = await this.board.list(query, region, context);
    return { jobs: page.jobs, ...pageLinks('/v1/jobs', request.query, page.next_marker) };
  }

  @Get(':job_id')
  show(@Param('job_id') id: string, @Region() region: string, @Context() context: RequestContext): Promise<JobOnBoard> {
    return this.board.show(id, region, context);
  }

  @Post(':job_id/cancel')
  @HttpCode(202)
  async cancel(
    @Param('job_id') id: string,
    @Body({ schema: noBody }) _body: undefined,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { id: jobId, type } = await this.board.show(id, region, context);
    const request = CANCEL[type];
    if (request === undefined) throw refusal('job.wrong_state', `A job of type ${type} cannot be cancelled.`);
    const { job, event_ids } = await this.requests.send(request, { job_id: jobId }, { context });
    return { ...job, ...(await this.ownWrites.shown(event_ids, context)) };
  }
}
