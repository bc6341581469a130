import { type JobOnBoard, type JobType, ListJobs, refusal, type ResponseOf, ShowJob } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { regionOf } from '../edge/region-prefix.ts';
import type { JobsQuery, TypedJobsQuery } from './jobs-query.ts';

/** A type of job with a collection of its own, by its name in paths and answers. */
export interface JobCollection {
  readonly type: JobType;
  readonly collection: 'imports' | 'captures' | 'exports' | 'copies';
}

/** Activity's board, where the jobs of all services are seen. */
@Injectable()
export class JobBoard {
  constructor(private readonly requests: RequestClient) {}

  list(query: JobsQuery, region: string, context: RequestContext): Promise<ResponseOf<typeof ListJobs>> {
    const everything = { marker: null, state: null, type: null, image_id: null };
    return this.requests.send(ListJobs, { ...everything, ...query, region }, { context });
  }

  /** The jobs of one type as their own collection answers with them, under its name. */
  async listOf(
    { type, collection }: JobCollection,
    query: TypedJobsQuery,
    request: Request,
    context: RequestContext,
  ): Promise<object> {
    const { jobs, next_marker } = await this.list({ ...query, type }, regionOf(request).name, context);
    return { [collection]: jobs, ...pageLinks(`/v1/${collection}`, request.query, next_marker) };
  }

  /** @throws Refusal job.not_found, also for what is no id at all. */
  async show(id: string, region: string, context: RequestContext): Promise<JobOnBoard> {
    const jobId = idInPath(id, 'job.not_found');
    const { job } = await this.requests.send(ShowJob, { job_id: jobId, region }, { context });
    return job;
  }

  /** @throws Refusal job.not_found, also for a job of another type. */
  async showOf(type: JobType, id: string, region: string, context: RequestContext): Promise<JobOnBoard> {
    const job = await this.show(id, region, context);
    if (job.type !== type) throw refusal('job.not_found', `There is no such ${type}.`);
    return job;
  }
}
