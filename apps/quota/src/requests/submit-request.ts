import {
  LARGEST_LIMITS,
  refusal,
  type RequestOf,
  type ResponseOf,
  type SubmitQuotaRequest as SubmitQuotaRequestContract,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { inTransaction, Outbox, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { LimitsRepository } from '../limits/limits.repository.ts';
import { RegionNames } from '../limits/region-names.ts';
import { type QuotaRequest, QuotaRequestRow, toRequestRecord } from './quota-request.row.ts';
import { requestEvent } from './request-events.ts';

type Request = RequestOf<typeof SubmitQuotaRequestContract>;
type Answer = ResponseOf<typeof SubmitQuotaRequestContract>;

/** Takes down that a project wants more (R20). */
@Injectable()
export class SubmitRequest {
  constructor(
    private readonly db: DataSource,
    private readonly limits: LimitsRepository,
    private readonly regions: RegionNames,
    private readonly outbox: Outbox,
  ) {}

  /** @throws Refusal as the contract of `quota.submitQuotaRequest` names them; then nothing is taken down. */
  async execute(request: Request, { context, cause }: RequestCall): Promise<Answer> {
    requireAllowed('quota_request.create', context, 'owner');
    this.regions.require(request.region);
    return inTransaction(this.db, async (tx) => {
      // The lock of the limit keeps two requests for it apart.
      const account = { project_id: context.project_id, region: request.region };
      const { limit } = await this.limits.lock(tx, account, request.resource);
      const known = await tx.findOne(QuotaRequestRow, { where: { id: request.request_id } });
      if (known !== null) return again(known, request, context);
      requireSensible(request, limit);
      await this.#requireNoneOpen(tx, request, context);
      const row = await insert(tx, request, { context, limit });
      return { request: toRequestRecord(row), event_ids: [await this.outbox.add(tx, requestEvent(row), cause)] };
    });
  }

  async #requireNoneOpen(tx: EntityManager, { region, resource }: Request, context: RequestContext): Promise<void> {
    const where = { project_id: context.project_id, region, resource, state: 'submitted' as const };
    const open = await tx.findOne(QuotaRequestRow, { where });
    if (open === null) return;
    const message = `A request for ${open.requested_limit} ${resource} in ${region} waits for an answer.`;
    throw refusal('quota_request.open', message, { quota_request_id: open.id });
  }
}

/** @throws Refusal request.idempotency_conflict */
function again(known: QuotaRequest, request: Request, { project_id }: RequestContext): Answer {
  const isSame =
    known.project_id === project_id &&
    (['region', 'resource', 'requested_limit', 'reason'] as const).every((field) => known[field] === request[field]);
  if (!isSame)
    throw refusal('request.idempotency_conflict', 'This Idempotency-Key was used for a different quota request.');
  return { request: toRequestRecord(known), event_ids: [] };
}

/** @throws Refusal quota_request.not_higher, quota_request.too_high */
function requireSensible({ resource, requested_limit }: Request, limit: number): void {
  const figures = { resource, limit, requested_limit };
  if (requested_limit <= limit)
    throw refusal('quota_request.not_higher', `The limit of ${resource} is ${limit} already.`, figures);
  const highest = LARGEST_LIMITS[resource];
  if (requested_limit > highest)
    throw refusal('quota_request.too_high', `At most ${highest} ${resource} can be asked for.`, {
      ...figures,
      highest,
    });
}

async function insert(
  tx: EntityManager,
  { request_id: id, region, resource, requested_limit, reason }: Request,
  { context, limit }: { readonly context: RequestContext; readonly limit: number },
): Promise<QuotaRequest> {
  const { project_id, user_id: requested_by } = context;
  const said = { id, project_id, region, resource, current_limit: limit, requested_limit, reason, requested_by };
  await tx.insert(QuotaRequestRow, { ...said, state: 'submitted' });
  return tx.findOneOrFail(QuotaRequestRow, { where: { id } });
}
