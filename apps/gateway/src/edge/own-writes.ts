import { ConfirmApplied, ConfirmQuotaApplied, DomainError } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';

/** Milliseconds a write waits until the caller's next read shows it. */
const PATIENCE = 2_000;
/** Milliseconds more for the way there and back. */
const TRAVEL = 500;

/** What is added to the answer of a write that the next read may not show yet. */
export type Projection = { readonly projection: 'pending' } | Record<string, never>;

/** Lets callers read their own writes: waits until the service that serves the next read has applied their events. */
@Injectable()
export class OwnWrites {
  constructor(private readonly requests: RequestClient) {}

  /** On activity's board. Never rejects for it being slow or away: the write has happened, only its picture is late. */
  async shown(eventIds: readonly string[], context: RequestContext): Promise<Projection> {
    return (await this.#applied(ConfirmApplied, eventIds, context)) ? {} : { projection: 'pending' };
  }

  /** In the quota: a place that became free can be taken. As patient as {@link shown}. */
  async counted(eventIds: readonly string[], context: RequestContext): Promise<void> {
    await this.#applied(ConfirmQuotaApplied, eventIds, context);
  }

  async #applied(
    confirm: typeof ConfirmApplied | typeof ConfirmQuotaApplied,
    eventIds: readonly string[],
    context: RequestContext,
  ): Promise<boolean> {
    if (eventIds.length === 0) return true;
    const wanted = { event_ids: [...eventIds], wait_ms: PATIENCE };
    try {
      const { applied } = await this.requests.send(confirm, wanted, { context, timeout_ms: PATIENCE + TRAVEL });
      return applied;
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  }
}
