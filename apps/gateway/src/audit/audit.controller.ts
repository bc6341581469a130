import { ListAudit, projectId } from '@imago/contracts';
import { eventShownTo, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Query, Req } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { filledPageLimit, pageLinks } from '../edge/paging.ts';
import { Context, Region } from '../edge/request-parameters.ts';

const type = z.string().regex(/^[A-Z][A-Za-z0-9]{0,63}$/);

const auditQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  type: z.union([type.transform((only) => [only]), z.array(type).max(20)]).default([]),
  /** Of an image, job, server, request or project. */
  subject: ListAudit.request.shape.subject.unwrap().optional(),
  /** For operators: what this project is told. */
  project_id: projectId.optional(),
  sort_dir: ListAudit.request.shape.order.default('desc'),
});

/** Who did what, when, from which request: the record behind audits and usage (R27). */
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  async list(
    @Query({ schema: auditQuery }) query: z.output<typeof auditQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { limit, marker: after = null, type: types, subject = null, project_id = null, sort_dir: order } = query;
    const wanted = { region, project_id, types, subject, order, limit, after };
    const { events, next } = await this.requests.send(ListAudit, wanted, { context });
    return {
      events: events.map((event) => eventShownTo(event, context)),
      ...pageLinks('/v1/audit', request.query, next),
    };
  }
}
