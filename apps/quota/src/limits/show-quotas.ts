import {
  type GetLimit,
  type LimitFigures,
  quotaResource,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ShowQuotas as ShowQuotasContract,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccountUsageRepository } from './account-usage.repository.ts';
import { LimitsRepository } from './limits.repository.ts';
import { RegionNames } from './region-names.ts';

/** What a project may use and does use, in one region or in every one. */
@Injectable()
export class ShowQuotas {
  constructor(
    private readonly db: DataSource,
    private readonly limits: LimitsRepository,
    private readonly usage: AccountUsageRepository,
    private readonly regions: RegionNames,
  ) {}

  /** @throws Refusal request.not_found for what is another project's, auth.forbidden, region.not_found */
  async execute(
    { project_id, region }: RequestOf<typeof ShowQuotasContract>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ShowQuotasContract>> {
    requireAllowed('quota.get', context, project_id === context.project_id ? 'owner' : 'none');
    const regions = region === null ? this.regions.all : [this.regions.require(region)];
    const quotas: LimitFigures[] = [];
    for (const each of regions) quotas.push(...(await this.#figures(project_id, each)));
    return { quotas };
  }

  /** @throws Refusal auth.forbidden, region.not_found */
  async limit(
    { resource, ...account }: RequestOf<typeof GetLimit>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof GetLimit>> {
    if (!context.roles.includes('service')) throw refusal('auth.forbidden', 'Limits are looked up by services.');
    this.regions.require(account.region);
    return { limit: await this.limits.limitOf(this.db.manager, account, resource) };
  }

  async #figures(project_id: string, region: string): Promise<readonly LimitFigures[]> {
    const account = { project_id, region };
    const tx = this.db.manager;
    return Promise.all(
      quotaResource.options.map(async (resource) => ({
        ...account,
        resource,
        limit: await this.limits.limitOf(tx, account, resource),
        used: await this.usage.used(tx, account, resource),
      })),
    );
  }
}
