import { type RefusalDocument, refusalFrom } from '@imago/contracts';
import type { Response } from 'express';

interface Result {
  readonly error: RefusalDocument | null;
}

/**
 * What became of each id of a request: 207 when not all were done. Of one id that was refused, the refusal is the answer.
 * @throws Refusal
 */
export function batchAnswer<R extends Result>(
  results: readonly R[],
  response: Response,
): { readonly results: readonly R[] } {
  const [only] = results;
  if (results.length === 1 && only?.error != null) throw refusalFrom(only.error);
  response.status(results.some(({ error }) => error !== null) ? 207 : 200);
  return { results };
}

/**
 * What became of the one id of a request.
 * @throws Refusal
 */
export function onlyShare<S>([only]: readonly (Result & { readonly share: S | null })[]): S {
  if (only?.error != null) throw refusalFrom(only.error);
  if (only?.share == null) throw new Error('a request for one share was answered with none');
  return only.share;
}
