import { createHash, createHmac } from 'node:crypto';

/** What Signature Version 4 covers, the same for the side that signs and the side that checks. */
export interface SignedParts {
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  /** Decoded pairs, without X-Amz-Signature. */
  readonly query: readonly (readonly [string, string])[];
  /** Values of the signed headers by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** Hex sha256, or one of the words S3 allows in its place. */
  readonly payloadHash: string;
}

export interface Scope {
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
}

export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** Dates in signatures: 20260102T030405Z. */
export const SIGNING_ALGORITHM = 'AWS4-HMAC-SHA256';

export function scopeText(scope: Scope): string {
  return `${scope.date}/${scope.region}/s3/aws4_request`;
}

export function signingKey(secret: string, scope: Scope): Buffer {
  return ['aws4_request'].reduce(hmac, hmac(hmac(hmac(Buffer.from(`AWS4${secret}`), scope.date), scope.region), 's3'));
}

/** Hex signature of a request. */
export function signRequestParts(parts: SignedParts, key: Buffer, at: { timestamp: string; scope: Scope }): string {
  const request = createHash('sha256').update(canonicalRequest(parts)).digest('hex');
  return signText([SIGNING_ALGORITHM, at.timestamp, scopeText(at.scope), request].join('\n'), key);
}

export function signText(text: string, key: Buffer): string {
  return hmac(key, text).toString('hex');
}

/** Percent-encoding of RFC 3986, as Signature Version 4 wants it: everything but letters, digits and `-._~`. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonicalRequest(parts: SignedParts): string {
  const path = parts.path.split('/').map((segment) => encodeRfc3986(decodeURIComponent(segment)));
  const query = parts.query.map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`).sort();
  const names = [...parts.headers.keys()].sort();
  const headers = names.map((name) => `${name}:${(parts.headers.get(name) ?? '').trim().replace(/ +/g, ' ')}\n`);
  return [parts.method, path.join('/'), query.join('&'), headers.join(''), names.join(';'), parts.payloadHash].join(
    '\n',
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
