import {
  type DecideQuotaRequest as DecideQuotaRequestContract,
  refusal,
  type RequestOf,
  type ResponseOf,
  USUAL_MEMBERS,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { inTransaction, Outbox, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { LimitsRepository } from '../limits/limits.repository.ts';
import { type QuotaRequest, QuotaRequestRow, toRequestRecord } from './quota-request.row.ts';
import { requestEvent } from './request-events.ts';

type Request = RequestOf<typeof DecideQuotaRequestContract>;
type Answer = ResponseOf<typeof DecideQuotaRequestContract>;

/** An operator's word on a request. An approved limit holds from its commit on. */
@Injectable()
export class DecideRequest {
  constructor(
    private readonly db: DataSource,
    private readonly limits: LimitsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** @throws Refusal as the contract of `quota.decideQuotaRequest` names them; then nothing has changed. */
  execute(request: Request, { context, cause }: RequestCall): Promise<Answer> {
    requireAllowed('quota_request.decide', context, 'operator');
    return inTransaction(this.db, async (tx) => {
      const known = await this.#lock(tx, request);
      if (known.state !== 'submitted') return decidedBefore(known, request, context);
      requireDecidable(known, request, context);
      if (request.decision === 'approved') await this.#raise(tx, known);
      const { decision: state, comment } = request;
      const decided = { ...known, state, comment, decided_by: context.user_id, decided_at: new Date() };
      await tx.save(QuotaRequestRow, decided);
      return {
        request: toRequestRecord(decided),
        event_ids: [await this.outbox.add(tx, requestEvent(decided), cause)],
      };
    });
  }

  async #lock(tx: EntityManager, { request_id: id, region }: Request): Promise<QuotaRequest> {
    const lock = { mode: 'pessimistic_write' as const };
    const known = await tx.findOne(QuotaRequestRow, { where: { id, region }, lock });
    if (known === null) throw refusal('quota_request.not_found', 'There is no such quota request.');
    return known;
  }

  /** A limit that has grown past the wish meanwhile stays. */
  async #raise(tx: EntityManager, { resource, requested_limit, ...account }: QuotaRequest): Promise<void> {
    const { limit } = await this.limits.lock(tx, account, resource);
    if (requested_limit > limit) await this.limits.set(tx, account, resource, requested_limit);
  }
}

/** The same word of the same operator once more is an answer; another word is too late. */
function decidedBefore(known: QuotaRequest, { decision }: Request, { user_id }: RequestContext): Answer {
  if (known.state === decision && known.decided_by === user_id)
    return { request: toRequestRecord(known), event_ids: [] };
  throw refusal('quota_request.decided', `The request was ${known.state} before.`, { state: known.state });
}

/** @throws Refusal quota_request.own, quota_request.special */
function requireDecidable(known: QuotaRequest, { decision, special }: Request, { user_id }: RequestContext): void {
  if (known.requested_by === user_id)
    throw refusal('quota_request.own', 'Nobody decides what they asked for themselves.');
  const isUnusual = known.resource === 'members_per_image' && known.requested_limit > USUAL_MEMBERS;
  if (decision === 'approved' && isUnusual && !special)
    throw refusal('quota_request.special', `More than ${USUAL_MEMBERS} members need a special approval.`);
}
