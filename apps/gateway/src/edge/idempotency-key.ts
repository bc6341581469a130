import { refusal } from '@imago/contracts';
import type { Request } from 'express';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The key under which a caller may send the same order again without it happening twice; null without one.
 * @throws Refusal request.invalid
 */
export function idempotencyKeyOf(request: Request): string | null {
  const key = request.get('idempotency-key');
  if (key === undefined) return null;
  if (KEY.test(key)) return key;
  const errors = [{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }];
  throw refusal('request.invalid', 'The Idempotency-Key cannot be used.', { errors });
}
