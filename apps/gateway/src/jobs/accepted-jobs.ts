import type { JobView } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { OwnWrites } from '../edge/own-writes.ts';
import { regionOf } from '../edge/region-prefix.ts';

/** What a service answers to an order: its job, its events, and what it is about. */
export interface Accepted {
  readonly job: JobView;
  readonly event_ids: readonly string[];
}

/** Whom an order is answered to. */
export interface Asked {
  readonly request: Request;
  readonly response: Response;
  readonly context: RequestContext;
}

/** How orders are answered that become jobs: with the job, and where it can be read at once. */
@Injectable()
export class AcceptedJobs {
  constructor(private readonly ownWrites: OwnWrites) {}

  async answer({ job, event_ids, ...about }: Accepted, { request, response, context }: Asked): Promise<object> {
    const projection = await this.ownWrites.shown(event_ids, context);
    response.setHeader('Location', `${prefixOf(job, request)}/v1/jobs/${job.id}`);
    return { ...job, ...about, ...projection };
  }
}

/** Where the job is found: a copy may be made in another region than the one that was asked. */
function prefixOf({ region }: JobView, request: Request): string {
  const asked = regionOf(request);
  return region === asked.name ? asked.prefix : `/regions/${region}`;
}
