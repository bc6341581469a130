import {
  DecideQuotaRequest,
  type EventEnvelope,
  ListAudit,
  ListQuotaRequests,
  ListUsage,
  type QuotaRequestRecord,
  refusal,
  type RequestOf,
  type ResponseOf,
  ShowQuotaRequest,
  SubmitQuotaRequest,
  type UsageLine,
} from '@imago/contracts';
import { requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';

/** What quota and the log know of a project's account, and what was asked of them. */
export class AccountBook {
  readonly requests = new Map<string, QuotaRequestRecord>();
  readonly usage: UsageLine[] = [];
  readonly events: EventEnvelope[] = [];
  readonly decisions: RequestOf<typeof DecideQuotaRequest>[] = [];
  readonly requestLists: RequestOf<typeof ListQuotaRequests>[] = [];
  readonly usageLists: RequestOf<typeof ListUsage>[] = [];
  readonly audits: RequestOf<typeof ListAudit>[] = [];
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class AccountNeighbour {
  constructor(private readonly book: AccountBook) {}

  @OnRequest(SubmitQuotaRequest)
  async submit(
    @Payload() { request_id: id, ...wish }: RequestOf<typeof SubmitQuotaRequest>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof SubmitQuotaRequest>> {
    requireAllowed('quota_request.create', context, 'owner');
    const { project_id, user_id: requested_by } = context;
    const open = { state: 'submitted', decided_by: null, comment: null, decided_at: null } as const;
    const created_at = '2026-03-01T00:00:00.000Z';
    const request = { id, ...wish, ...open, project_id, requested_by, current_limit: 10, created_at };
    this.book.requests.set(id, request);
    return { request, event_ids: [] };
  }

  @OnRequest(ListQuotaRequests)
  async list(@Payload() asked: RequestOf<typeof ListQuotaRequests>): Promise<ResponseOf<typeof ListQuotaRequests>> {
    this.book.requestLists.push(asked);
    const all = [...this.book.requests.values()];
    const requests = all.slice(0, asked.limit);
    return { requests, next_marker: all.length > requests.length ? (requests.at(-1)?.id ?? null) : null };
  }

  @OnRequest(ShowQuotaRequest)
  async show(
    @Payload() { request_id }: RequestOf<typeof ShowQuotaRequest>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ShowQuotaRequest>> {
    const request = this.#find(request_id);
    requireAllowed('quota_request.get', context, request.project_id === context.project_id ? 'owner' : 'none');
    return { request };
  }

  @OnRequest(DecideQuotaRequest)
  async decide(
    @Payload() asked: RequestOf<typeof DecideQuotaRequest>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DecideQuotaRequest>> {
    requireAllowed('quota_request.decide', context, 'operator');
    const request = this.#find(asked.request_id);
    this.book.decisions.push(asked);
    return { request: { ...request, state: asked.decision, comment: asked.comment }, event_ids: [] };
  }

  @OnRequest(ListUsage)
  async listUsage(@Payload() asked: RequestOf<typeof ListUsage>): Promise<ResponseOf<typeof ListUsage>> {
    this.book.usageLists.push(asked);
    const { offset, limit } = asked;
    return { usage: this.book.usage.slice(offset, offset + limit), more: this.book.usage.length > offset + limit };
  }

  #find(id: string): QuotaRequestRecord {
    const request = this.book.requests.get(id);
    if (request === undefined) throw refusal('quota_request.not_found', 'There is no such quota request.');
    return request;
  }
}

@Controller()
export class LogNeighbour {
  constructor(private readonly book: AccountBook) {}

  @OnRequest(ListAudit)
  async list(
    @Payload() asked: RequestOf<typeof ListAudit>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListAudit>> {
    const isOwn = asked.project_id === null || asked.project_id === context.project_id;
    requireAllowed('audit.list', context, isOwn ? 'owner' : 'none');
    this.book.audits.push(asked);
    const from = Number(asked.after ?? 0);
    const end = from + asked.limit;
    return {
      events: this.book.events.slice(from, end),
      next: end < this.book.events.length ? String(end) : null,
    };
  }
}
