import { ConfirmApplied, DomainError } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';

/** Milliseconds a write waits until the caller's next read shows it. */
const PATIENCE = 2_000;
/** Milliseconds more for the way there and back. */
const TRAVEL = 500;

/** What is added to the answer of a write that the next read may not show yet. */
export type Projection = { readonly projection: 'pending' } | Record<string, never>;

/** Lets callers read their own writes: waits until activity, which serves those reads, has applied their events. */
@Injectable()
export class OwnWrites {
  constructor(private readonly requests: RequestClient) {}

  /** Never rejects for activity being slow or away: the write has happened, only its picture is late. */
  async shown(eventIds: readonly string[], context: RequestContext): Promise<Projection> {
    if (eventIds.length === 0) return {};
    try {
      const { applied } = await this.requests.send(
        ConfirmApplied,
        { event_ids: [...eventIds], wait_ms: PATIENCE },
        { context, timeout_ms: PATIENCE + TRAVEL },
      );
      return applied ? {} : { projection: 'pending' };
    } catch (error) {
      if (error instanceof DomainError) return { projection: 'pending' };
      throw error;
    }
  }
}
