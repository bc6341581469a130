import {
  type ListQuotaRequests,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ShowQuotaRequest,
} from '@imago/contracts';
import { decide, requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { QuotaRequestRow, toRequestRecord } from './quota-request.row.ts';

/** Requests, for those who made them and for operators. */
@Injectable()
export class FindRequests {
  constructor(private readonly db: DataSource) {}

  /**
   * @throws Refusal auth.forbidden, quota_request.not_found for another project's, request.invalid for a marker that is
   * no request of the list
   */
  async list(
    { region, project_id, state, limit, marker }: RequestOf<typeof ListQuotaRequests>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListQuotaRequests>> {
    const project = projectAsked(project_id, context);
    if (marker !== null) await this.#requirePlace(marker, region, project);
    const rows: QuotaRequestRow[] = await this.db.query(
      `SELECT * FROM quota.requests WHERE region = $1 AND ($2::text IS NULL OR project_id = $2)
         AND ($3::text IS NULL OR state = $3)
         AND ($4::uuid IS NULL OR (created_at, id) < (SELECT created_at, id FROM quota.requests WHERE id = $4))
       ORDER BY created_at DESC, id DESC LIMIT $5`,
      [region, project, state, marker, limit + 1],
    );
    const requests = rows.slice(0, limit).map(toRequestRecord);
    return { requests, next_marker: rows.length > limit ? (requests.at(-1)?.id ?? null) : null };
  }

  async #requirePlace(id: string, region: string, project_id: string | null): Promise<void> {
    const where = { id, region, ...(project_id === null ? {} : { project_id }) };
    if (await this.db.manager.existsBy(QuotaRequestRow, where)) return;
    const errors = [{ path: 'marker', message: 'must be the id of a quota request on the page before' }];
    throw refusal('request.invalid', 'There is no such quota request to start after.', { errors });
  }

  /** @throws Refusal quota_request.not_found, auth.forbidden */
  async show(
    { request_id: id, region }: RequestOf<typeof ShowQuotaRequest>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ShowQuotaRequest>> {
    const row = await this.db.manager.findOne(QuotaRequestRow, { where: { id, region } });
    requireAllowed('quota_request.get', context, row?.project_id === context.project_id ? 'owner' : 'none');
    if (row === null) throw refusal('quota_request.not_found', 'There is no such quota request.');
    return { request: toRequestRecord(row) };
  }
}

/** Null: every project's, which only operators see. */
function projectAsked(asked: string | null, context: RequestContext): string | null {
  const seesAll = decide('quota_request.get', { roles: context.roles, relation: 'none' }) === 'allow';
  if (seesAll) return asked;
  requireAllowed('quota_request.get', context, asked === null || asked === context.project_id ? 'owner' : 'none');
  return context.project_id;
}
