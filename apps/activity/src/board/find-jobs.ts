import { type ListJobs, refusal, type RequestOf, type ResponseOf, type ShowJob } from '@imago/contracts';
import { decide, requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ANSWER_BYTES } from '../answer-bytes.ts';
import { BoardRepository } from './board.repository.ts';

/** What callers may know of jobs: one, or a page of them. */
@Injectable()
export class FindJobs {
  constructor(
    private readonly db: DataSource,
    private readonly board: BoardRepository,
  ) {}

  /** @throws Refusal job.not_found, auth.forbidden */
  async show(request: RequestOf<typeof ShowJob>, context: RequestContext): Promise<ResponseOf<typeof ShowJob>> {
    const job = await this.board.find(this.db.manager, request.job_id, request.region);
    requireAllowed('job.get', context, job?.project_id === context.project_id ? 'owner' : 'none');
    if (job === null) throw refusal('job.not_found', 'There is no such job.');
    return { job };
  }

  /** @throws Refusal auth.forbidden, request.invalid for a marker that is no job of the list */
  async list(request: RequestOf<typeof ListJobs>, context: RequestContext): Promise<ResponseOf<typeof ListJobs>> {
    const viewer = requireListing(context);
    const page = await this.board.page(this.db.manager, { ...request, viewer, bytes: ANSWER_BYTES });
    if (!page.marker_found) {
      const errors = [{ path: 'marker', message: 'must be the id of a job on the page before' }];
      throw refusal('request.invalid', 'There is no such job to start after.', { errors });
    }
    return { jobs: [...page.jobs], next_marker: page.more ? (page.jobs.at(-1)?.id ?? null) : null };
  }
}

/**
 * The project whose jobs the caller gets; null when it gets every project's.
 * @throws Refusal auth.forbidden
 */
function requireListing(context: RequestContext): string | null {
  if (decide('job.list', { roles: context.roles, relation: 'none' }) === 'allow') return null;
  requireAllowed('job.list', context, 'owner');
  return context.project_id;
}
