import { ListEvents } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { filledPageLimit, pageLinks } from '../edge/paging.ts';
import { Context, Region } from '../edge/request-parameters.ts';

const type = z.string().regex(/^[A-Z][A-Za-z0-9]{0,63}$/);

const eventsQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  type: z.union([type.transform((only) => [only]), z.array(type).max(20)]).default([]),
});

/** The log of everything that happened in a region, in its order: the record behind audits and usage. */
@Controller('v1/operator/events')
export class OperatorEventsController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  async list(
    @Query({ schema: eventsQuery }) { limit, marker, type: types }: z.output<typeof eventsQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    requireAllowed('audit.list', context, 'operator');
    const wanted = { region, types, limit, after: marker ?? null };
    const { events, next } = await this.requests.send(ListEvents, wanted, { context });
    return { events, ...pageLinks('/v1/operator/events', request.query, next) };
  }
}
