import { ListQuotaRequests, ShowQuotaRequest, SubmitQuotaRequest } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { idFor } from '../edge/idempotency-key.ts';
import { pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { quotaRequestBody, requestsQuery } from './quota-request-bodies.ts';

/** What a project asks for beyond its quota. */
@Controller('v1/quota-requests')
export class QuotaRequestsController {
  constructor(private readonly requests: RequestClient) {}

  @Post()
  @HttpCode(201)
  async submit(
    @Body({ schema: quotaRequestBody }) body: z.output<typeof quotaRequestBody>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { name: region, prefix } = regionOf(request);
    const request_id = idFor(request, 'quota_request');
    const answer = await this.requests.send(SubmitQuotaRequest, { request_id, region, ...body }, { context });
    response.setHeader('Location', `${prefix}/v1/quota-requests/${answer.request.id}`);
    return answer.request;
  }

  @Get()
  async list(
    @Query({ schema: requestsQuery }) { limit, marker, state }: z.output<typeof requestsQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    requireAllowed('quota_request.get', context, 'owner');
    const asked = { region, project_id: context.project_id, state: state ?? null, marker: marker ?? null, limit };
    const page = await this.requests.send(ListQuotaRequests, asked, { context });
    return { quota_requests: page.requests, ...pageLinks('/v1/quota-requests', request.query, page.next_marker) };
  }

  @Get(':quota_request_id')
  async show(
    @Param('quota_request_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { request_id: idInPath(id, 'quota_request.not_found'), region };
    return (await this.requests.send(ShowQuotaRequest, wanted, { context })).request;
  }
}
