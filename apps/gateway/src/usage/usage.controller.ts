import { ListUsage, type RequestOf } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { pageLinks } from '../edge/paging.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { rangeOf, type UsageQuery, usageQuery } from './usage-query.ts';
import { usageTable } from './usage-table.ts';

/** What projects are charged for. */
@Controller('v1/usage')
export class UsageController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  async list(
    @Query({ schema: usageQuery }) query: UsageQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object | string> {
    const wanted = toListUsage(query, region, context);
    const { usage, more } = await this.requests.send(ListUsage, wanted, { context });
    const links = pageLinks('/v1/usage', request.query, more ? String(wanted.offset + usage.length) : null);
    if ((query.format ?? request.accepts(['json', 'csv'])) === 'csv') {
      response.type('text/csv').attachment('usage.csv');
      if (links.next !== undefined) response.setHeader('Link', `<${links.next}>; rel="next"`);
      return usageTable(usage);
    }
    return { usage, from: wanted.from, to: wanted.to, ...links };
  }
}

function toListUsage(query: UsageQuery, region: string, context: RequestContext): RequestOf<typeof ListUsage> {
  const project = query.project_id ?? context.project_id;
  requireAllowed('usage.get', context, project === context.project_id ? 'owner' : 'none');
  const { by, image_id = null, limit, marker = '0' } = query;
  const project_id = project === 'all' ? null : project;
  return { region, project_id, image_id, by, limit, offset: Number(marker), ...rangeOf(query, new Date()) };
}
