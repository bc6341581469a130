import { refusal } from '@imago/contracts';
import type { Request } from 'express';
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import { callerOf } from './authenticate.ts';
import { regionOf } from './region-prefix.ts';

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

/** Names ids made of keys; any fixed UUID does. */
const IDS_OF_KEYS = '6f1f9d0e-7a39-4c0c-9d4b-0a52b7f3c1d8';

/**
 * The id of what a request makes: always the same under the same key of the same project, else a new one.
 * @throws Refusal request.invalid
 */
export function idFor(request: Request, what: string): string {
  const key = idempotencyKeyOf(request);
  if (key === null) return uuidv7();
  const { project_id } = callerOf(request).context;
  return uuidv5(JSON.stringify([what, project_id, regionOf(request).name, key]), IDS_OF_KEYS);
}
