import type { RequestOf, ResponseOf, ShowQuotas as ShowQuotasContract } from '@imago/contracts';
import { type RequestContext, requireAllowed } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LimitsRepository } from './limits.repository.ts';
import { RegionNames } from './region-names.ts';

/** What a project may use and does use, in one region or in every one. */
@Injectable()
export class ShowQuotas {
  constructor(
    private readonly db: DataSource,
    private readonly limits: LimitsRepository,
    private readonly regions: RegionNames,
  ) {}

  /** @throws Refusal request.not_found for what is another project's, auth.forbidden, region.not_found */
  async execute(
    request: RequestOf<typeof ShowQuotasContract>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ShowQuotasContract>> {
    requireAllowed('quota.get', context, request.project_id === context.project_id ? 'owner' : 'none');
    const regions = request.region === null ? this.regions.all : [this.regions.require(request.region)];
    const figures = await this.limits.figures(this.db.manager, request.project_id, regions);
    return { quotas: figures.map((each) => ({ ...each, resource: 'images' })) };
  }
}
