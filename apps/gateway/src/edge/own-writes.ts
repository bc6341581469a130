import { ConfirmApplied, ConfirmCatalogApplied, ConfirmQuotaApplied, DomainError } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';

/** Milliseconds a write waits until the caller's next read shows it. */
const PATIENCE = 2_000;
/** Milliseconds more for the way there and back. */
const TRAVEL = 500;
/** Events one question may name; an order of many servers has more. */
const AT_ONCE = 100;

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

  /** In catalog: who sees which image. As patient as {@link shown}. */
  async seen(eventIds: readonly string[], context: RequestContext): Promise<Projection> {
    return (await this.#applied(ConfirmCatalogApplied, eventIds, context)) ? {} : { projection: 'pending' };
  }

  /** In the quota: a place that became free can be taken. As patient as {@link shown}. */
  async counted(eventIds: readonly string[], context: RequestContext): Promise<void> {
    await this.#applied(ConfirmQuotaApplied, eventIds, context);
  }

  async #applied(
    confirm: typeof ConfirmApplied | typeof ConfirmQuotaApplied | typeof ConfirmCatalogApplied,
    eventIds: readonly string[],
    context: RequestContext,
  ): Promise<boolean> {
    const questions = Array.from({ length: Math.ceil(eventIds.length / AT_ONCE) }, (_, place) => ({
      event_ids: eventIds.slice(place * AT_ONCE, (place + 1) * AT_ONCE),
      wait_ms: PATIENCE,
    }));
    const options = { context, timeout_ms: PATIENCE + TRAVEL };
    try {
      const answers = await Promise.all(questions.map((wanted) => this.requests.send(confirm, wanted, options)));
      return answers.every(({ applied }) => applied);
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  }
}
