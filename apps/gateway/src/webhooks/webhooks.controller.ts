import { CreateWebhook, DeleteWebhook, ListWebhooks, ShowWebhook, UpdateWebhook } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { idFor } from '../edge/idempotency-key.ts';
import { pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { webhookBody, webhookChange, webhooksQuery } from './webhook-bodies.ts';

/** Who is told of what happens, as it happens (R27). */
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(private readonly requests: RequestClient) {}

  @Post()
  @HttpCode(201)
  async create(
    @Body({ schema: webhookBody }) body: z.output<typeof webhookBody>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { name: region, prefix } = regionOf(request);
    requireAllowed('webhook.manage', context, 'owner');
    const webhook_id = idFor(request, 'webhook');
    const { webhook, secret } = await this.requests.send(CreateWebhook, { webhook_id, region, ...body }, { context });
    response.setHeader('Location', `${prefix}/v1/webhooks/${webhook.id}`);
    return secret === null ? webhook : { ...webhook, secret };
  }

  @Get()
  async list(
    @Query({ schema: webhooksQuery }) query: z.output<typeof webhooksQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { limit, marker = null, project_id = context.project_id } = query;
    const asked = { region, project_id, marker, limit };
    const page = await this.requests.send(ListWebhooks, asked, { context });
    return { webhooks: page.webhooks, ...pageLinks('/v1/webhooks', request.query, page.next_marker) };
  }

  @Get(':webhook_id')
  async show(
    @Param('webhook_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { webhook_id: idInPath(id, 'webhook.not_found'), region };
    return (await this.requests.send(ShowWebhook, wanted, { context })).webhook;
  }

  @Patch(':webhook_id')
  async update(
    @Param('webhook_id') id: string,
    @Body({ schema: webhookChange }) { url, types, state, secret }: z.output<typeof webhookChange>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const change = { url: url ?? null, types: types ?? null, state: state ?? null, secret: secret ?? null };
    const wanted = { webhook_id: idInPath(id, 'webhook.not_found'), region, ...change };
    const changed = await this.requests.send(UpdateWebhook, wanted, { context });
    return changed.secret === null ? changed.webhook : { ...changed.webhook, secret: changed.secret };
  }

  @Delete(':webhook_id')
  @HttpCode(204)
  async delete(
    @Param('webhook_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    await this.requests.send(DeleteWebhook, { webhook_id: idInPath(id, 'webhook.not_found'), region }, { context });
  }
}
