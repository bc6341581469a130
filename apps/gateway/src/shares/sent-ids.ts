import { refusal, SHARES_PER_REQUEST } from '@imago/contracts';
import { z } from 'zod';

/** One id, several, or several in a text with commas between them, as the console's field has it (R17). */
export const sentIds = z.union([z.string().max(16_384), z.array(z.string().max(255))]).transform(split);

/**
 * The ids, when there are neither too few nor too many for one request.
 * @throws Refusal request.invalid, share.too_many
 */
export function requireSomeIds(ids: readonly string[], field: string): string[] {
  if (ids.length === 0 || ids.every((id) => id === '')) {
    const errors = [{ path: field, message: 'must name at least one id' }];
    throw refusal('request.invalid', 'The request names no id.', { errors });
  }
  if (ids.length > SHARES_PER_REQUEST) {
    const message = `The request names ${ids.length} ids; at most ${SHARES_PER_REQUEST} are taken at once.`;
    throw refusal('share.too_many', message, { limit: SHARES_PER_REQUEST });
  }
  return [...ids];
}

function split(ids: string | readonly string[]): string[] {
  return (typeof ids === 'string' ? ids.split(',') : ids).map((id) => id.trim());
}
