import { createHmac, timingSafeEqual } from 'node:crypto';

/** Under a key that also signs other things, what is signed for this means nothing there. */
const PURPOSE = 'imago.export.v1';
const TOKEN = /^(?<expires>\d{1,15})\.(?<mac>[\w-]{43})$/;

/**
 * What opens the export of one lock until an instant, and nothing else: `<milliseconds since 1970>.<HMAC-SHA256>`.
 * @param key hexadecimal
 */
export function exportToken(lockId: string, expiresAt: number, key: string): string {
  return `${expiresAt}.${macOf(lockId, String(expiresAt), key)}`;
}

/** Whether a token opens the export of a lock now. In constant time, as far as the token is concerned. */
export function opensExport(token: string, lockId: string, key: string): boolean {
  const { expires = '0', mac = '' } = TOKEN.exec(token)?.groups ?? {};
  const expected = Buffer.from(macOf(lockId, expires, key));
  const given = Buffer.from(mac);
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  return isOurs && Number(expires) > Date.now();
}

function macOf(lockId: string, expires: string, key: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(`${PURPOSE} ${lockId} ${expires}`).digest('base64url');
}
