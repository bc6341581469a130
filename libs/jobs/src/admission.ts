import { createHash } from 'node:crypto';
import { DomainError, refusal } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';

/**
 * The key a request is known by within the project it is for. The broker may deliver a request twice, so one without a
 * key has its request id. No key of a caller has a space in it, and an operator's is not the tenant's.
 */
export function requestKey(key: string | null, context: RequestContext, projectId: string): string {
  if (key === null) return `request ${context.request_id}`;
  return context.project_id === projectId ? key : `by ${context.project_id} ${key}`;
}

/** Tells a repeated request from another one under the same key. */
export function requestHash(type: string, request: { readonly idempotency_key: string | null }): string {
  return createHash('sha256')
    .update(JSON.stringify([type, { ...request, idempotency_key: null }]))
    .digest('hex');
}

/** @throws Refusal request.idempotency_conflict */
export function requireSameRequest(job: { readonly request_hash: string }, hash: string): void {
  if (job.request_hash === hash) return;
  throw refusal('request.idempotency_conflict', 'This Idempotency-Key was used for a different request.');
}

/** A refusal of the request itself, as opposed to a neighbour that did not answer. */
export function isCertain(error: unknown): boolean {
  return error instanceof DomainError && !['timeout', 'unavailable', 'internal'].includes(error.kind);
}
