import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** What a signature is for: a text signed for one purpose is worthless for another, also under the same key. */
export type Purpose = 'imago.context.v1' | 'imago.token.v1' | 'imago.download-link.v1';

/** HMAC-SHA256 keys shorter than its output weaken it. */
const MINIMUM_KEY_BYTES = 32;

/**
 * A JSON value with its signature, `<payload>.<signature>`, both base64url: safe in headers, URLs and for clients that
 * percent-encode `:`, `+`, `/` or `=`.
 * @throws Error when the key is not hexadecimal or is too short.
 */
export function signText(value: unknown, purpose: Purpose, key: string): string {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${payload}.${mac(payload, purpose, key).toString('base64url')}`;
}

/** The signed value, or undefined when the text was not signed with this key for this purpose. Constant time. */
export function openText(text: string, purpose: Purpose, key: string): unknown {
  const [payload, signature, ...rest] = text.split('.');
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const expected = mac(payload, purpose, key).toString('base64url');
  // Compared as text, so that exactly one spelling of a signature is accepted (base64 decoders are lenient).
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected))) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown;
}

function mac(payload: string, purpose: Purpose, key: string): Buffer {
  return createHmac('sha256', keyOf(key)).update(`${purpose}.${payload}`).digest();
}

/** A process has two or three, and uses them several times in every request: to make one takes longer than to sign. */
const keys = new Map<string, KeyObject>();

function keyOf(key: string): KeyObject {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const made = createSecretKey(keyBytes(key));
  keys.set(key, made);
  return made;
}

function keyBytes(key: string): Buffer {
  const bytes = /^([0-9a-f]{2})+$/i.test(key) ? Buffer.from(key, 'hex') : Buffer.alloc(0);
  if (bytes.length < MINIMUM_KEY_BYTES) {
    throw new Error(`A signing key is at least ${MINIMUM_KEY_BYTES} bytes in hexadecimal digits.`);
  }
  return bytes;
}
