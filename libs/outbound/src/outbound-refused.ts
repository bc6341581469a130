/** Why a request of a tenant's is not made: the URL itself, its address, or that its host has none. */
export type OutboundReason = 'url' | 'address' | 'unresolvable';

/** A request that leaves this installation is not made: it would go where tenants cannot go by themselves. */
export class OutboundRefused extends Error {
  override readonly name = 'OutboundRefused';

  constructor(
    readonly reason: OutboundReason,
    message: string,
  ) {
    super(message);
  }
}

/** The refusal behind an error: what opens connections wraps it in errors of its own. */
export function refusedBy(error: unknown): OutboundRefused | null {
  if (error instanceof OutboundRefused) return error;
  if (error instanceof AggregateError) {
    for (const each of error.errors) {
      const found = refusedBy(each);
      if (found !== null) return found;
    }
  }
  return error instanceof Error && error.cause !== undefined ? refusedBy(error.cause) : null;
}
