import { DecideQuotaRequest, ListQuotaRequests } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { z } from 'zod';
import { pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { approvalBody, operatorRequestsQuery, rejectionBody } from './quota-request-bodies.ts';

/** What operators say to the requests of all projects. */
@Controller('v1/operator/quota-requests')
export class OperatorQuotaRequestsController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  async list(
    @Query({ schema: operatorRequestsQuery })
    { limit, marker, state, project_id }: z.output<typeof operatorRequestsQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    requireAllowed('quota_request.decide', context, 'operator');
    const asked = { region, project_id: project_id ?? null, state: state ?? null, marker: marker ?? null, limit };
    const page = await this.requests.send(ListQuotaRequests, asked, { context });
    const links = pageLinks('/v1/operator/quota-requests', request.query, page.next_marker);
    return { quota_requests: page.requests, ...links };
  }

  @Post(':quota_request_id/approve')
  @HttpCode(200)
  async approve(
    @Param('quota_request_id') id: string,
    @Body({ schema: approvalBody }) body: z.output<typeof approvalBody>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { request_id: idInPath(id, 'quota_request.not_found'), region, decision: 'approved' as const };
    return (await this.requests.send(DecideQuotaRequest, { ...wanted, ...body }, { context })).request;
  }

  @Post(':quota_request_id/reject')
  @HttpCode(200)
  async reject(
    @Param('quota_request_id') id: string,
    @Body({ schema: rejectionBody }) body: z.output<typeof rejectionBody>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { request_id: idInPath(id, 'quota_request.not_found'), region, decision: 'rejected' as const };
    return (await this.requests.send(DecideQuotaRequest, { ...wanted, special: false, ...body }, { context })).request;
  }
}
