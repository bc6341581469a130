import {
  ListWebhookDeliveries,
  ReplayParkedDeliveries,
  ReplayWebhookDelivery,
  ShowWebhookDelivery,
  TestWebhook,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { z } from 'zod';
import { idFor } from '../edge/idempotency-key.ts';
import { noBody } from '../edge/json-bodies.ts';
import { pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { deliveriesQuery } from './webhook-bodies.ts';

/** What was, is and can again be on its way to a webhook. */
@Controller('v1/webhooks/:webhook_id')
export class WebhookDeliveriesController {
  constructor(private readonly requests: RequestClient) {}

  @Get('deliveries')
  async list(
    @Param('webhook_id') id: string,
    @Query({ schema: deliveriesQuery }) { limit, marker, state }: z.output<typeof deliveriesQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const webhook_id = webhookIn(id);
    const asked = { webhook_id, region, state: state ?? null, marker: marker ?? null, limit };
    const page = await this.requests.send(ListWebhookDeliveries, asked, { context });
    const links = pageLinks(`/v1/webhooks/${webhook_id}/deliveries`, request.query, page.next_marker);
    return { deliveries: page.deliveries, ...links };
  }

  @Get('deliveries/:delivery_id')
  async show(
    @Param('webhook_id') id: string,
    @Param('delivery_id') deliveryId: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { webhook_id: webhookIn(id), delivery_id: deliveryIn(deliveryId), region };
    return (await this.requests.send(ShowWebhookDelivery, wanted, { context })).delivery;
  }

  @Post('deliveries/:delivery_id/replay')
  @HttpCode(202)
  async replay(
    @Param('webhook_id') id: string,
    @Param('delivery_id') deliveryId: string,
    @Body({ schema: noBody }) _body: unknown,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { webhook_id: webhookIn(id), delivery_id: deliveryIn(deliveryId), region };
    return (await this.requests.send(ReplayWebhookDelivery, wanted, { context })).delivery;
  }

  @Post('replay')
  @HttpCode(202)
  async replayParked(
    @Param('webhook_id') id: string,
    @Body({ schema: noBody }) _body: unknown,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    return this.requests.send(ReplayParkedDeliveries, { webhook_id: webhookIn(id), region }, { context });
  }

  @Post('test')
  @HttpCode(202)
  async test(
    @Param('webhook_id') id: string,
    @Body({ schema: noBody }) _body: unknown,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const webhook_id = webhookIn(id);
    const delivery_id = idFor(request, `webhook test ${webhook_id}`);
    return (await this.requests.send(TestWebhook, { webhook_id, delivery_id, region }, { context })).delivery;
  }
}

function webhookIn(text: string): string {
  return idInPath(text, 'webhook.not_found');
}

function deliveryIn(text: string): string {
  return idInPath(text, 'webhook_delivery.not_found');
}
