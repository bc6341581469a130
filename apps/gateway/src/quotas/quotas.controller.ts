import { projectId, ShowQuotas } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { Context, Region } from '../edge/request-parameters.ts';

const quotasQuery = z.strictObject({ project_id: projectId.optional() });

/** Limits, and how much of them is used, in the region asked. */
@Controller('v1/quotas')
export class QuotasController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  async show(
    @Query({ schema: quotasQuery }) query: z.output<typeof quotasQuery>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const project = query.project_id ?? context.project_id;
    requireAllowed('quota.get', context, project === context.project_id ? 'owner' : 'none');
    const { quotas } = await this.requests.send(ShowQuotas, { project_id: project, region }, { context });
    return { quotas };
  }
}
