import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Scope } from './canonical-request.ts';
import { scopeText, signingKey, SIGNING_ALGORITHM, signRequestParts } from './canonical-request.ts';
import { S3Error } from './errors.ts';
import type { AccessKey } from './state.ts';

/** Seconds a client's clock may be off, and the longest life of a presigned URL. */
const MAX_SKEW_SECONDS = 15 * 60;
const MAX_EXPIRES_SECONDS = 7 * 24 * 3600;

/** A request whose signature was found right. */
export interface Authenticated {
  readonly key: AccessKey;
  /** Value of x-amz-content-sha256: what the client promised about the body. */
  readonly payloadHash: string;
  /** For the signatures of streamed chunks. */
  readonly chunkSigning: {
    readonly key: Buffer;
    readonly timestamp: string;
    readonly scope: string;
    readonly seed: string;
  };
}

export interface Target {
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

interface Claim {
  readonly accessKey: string;
  readonly scope: Scope;
  readonly timestamp: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly payloadHash: string;
}

/**
 * Checks Signature Version 4, in the Authorization header or in the query of a presigned URL.
 * Throws AccessDenied (unsigned or expired), InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed or one of
 * the malformed errors.
 */
export function authenticate(
  request: IncomingMessage,
  target: Target,
  server: { readonly region: string; readonly keys: ReadonlyMap<string, AccessKey> },
): Authenticated {
  const presigned = target.query.has('X-Amz-Signature') || target.query.has('X-Amz-Algorithm');
  const claim = presigned ? claimOfQuery(target.query, request) : claimOfHeader(request);
  checkScope(claim, server.region, presigned);
  if (presigned) checkExpiry(claim, target.query, Date.now());
  else checkSkew(claim, Date.now());
  const key = server.keys.get(claim.accessKey);
  if (!key) throw new S3Error('InvalidAccessKeyId');
  checkCoverage(request, claim.signedHeaders);

  const secret = signingKey(key.secret_key, claim.scope);
  const headers = new Map(claim.signedHeaders.map((name) => [name, headerText(request, name)]));
  const query = [...target.query].filter(([name]) => name !== 'X-Amz-Signature');
  const parts = { method: request.method ?? 'GET', path: target.path, query, headers, payloadHash: claim.payloadHash };
  const expected = signRequestParts(parts, secret, claim);
  if (!sameText(expected, claim.signature)) throw new S3Error('SignatureDoesNotMatch');
  const { timestamp, payloadHash } = claim;
  return { key, payloadHash, chunkSigning: { key: secret, timestamp, scope: scopeText(claim.scope), seed: expected } };
}

/** Compares secrets without telling by time where they differ. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function claimOfHeader(request: IncomingMessage): Claim {
  const header = request.headers.authorization;
  if (header === undefined) throw new S3Error('AccessDenied');
  const match = /^AWS4-HMAC-SHA256 +Credential=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/.exec(
    header,
  );
  if (!match) throw new S3Error('AuthorizationHeaderMalformed');
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const timestamp = request.headers['x-amz-date'];
  const payloadHash = request.headers['x-amz-content-sha256'];
  if (typeof timestamp !== 'string') throw new S3Error('AccessDenied', 'A signed request needs an x-amz-date header.');
  if (typeof payloadHash !== 'string') throw new S3Error('InvalidRequest', 'Missing header: x-amz-content-sha256');
  return {
    ...parseCredential(credential, false),
    timestamp,
    signature,
    payloadHash,
    signedHeaders: signedHeaders.split(';'),
  };
}

function claimOfQuery(query: URLSearchParams, request: IncomingMessage): Claim {
  const value = (name: string): string => {
    const found = query.get(name);
    if (found === null) throw new S3Error('AuthorizationQueryParametersError', `Missing query parameter: ${name}`);
    return found;
  };
  if (value('X-Amz-Algorithm') !== SIGNING_ALGORITHM) throw new S3Error('AuthorizationQueryParametersError');
  const hash = query.get('X-Amz-Content-Sha256') ?? request.headers['x-amz-content-sha256'];
  return {
    ...parseCredential(value('X-Amz-Credential'), true),
    timestamp: value('X-Amz-Date'),
    signature: value('X-Amz-Signature'),
    signedHeaders: value('X-Amz-SignedHeaders').split(';'),
    payloadHash: typeof hash === 'string' ? hash : 'UNSIGNED-PAYLOAD',
  };
}

function parseCredential(text: string, presigned: boolean): { readonly accessKey: string; readonly scope: Scope } {
  const [terminator, service, region = '', date = '', ...rest] = text.split('/').reverse();
  if (terminator !== 'aws4_request' || service !== 's3' || rest.length === 0) throw malformed(presigned);
  return { accessKey: rest.reverse().join('/'), scope: { date, region } };
}

function checkScope(claim: Claim, region: string, presigned: boolean): void {
  if (claim.scope.region !== region) {
    throw malformed(presigned, `The region '${claim.scope.region}' is wrong; expecting '${region}'`);
  }
  if (!claim.timestamp.startsWith(claim.scope.date)) throw malformed(presigned);
}

/** Everything that changes what the request does must be signed: the host and all x-amz headers. */
function checkCoverage(request: IncomingMessage, signedHeaders: readonly string[]): void {
  if (!signedHeaders.includes('host')) throw new S3Error('AccessDenied', 'The host header must be signed.');
  for (const name of Object.keys(request.headers)) {
    if (!name.startsWith('x-amz-') || signedHeaders.includes(name)) continue;
    throw new S3Error('AccessDenied', `There were headers present in the request which were not signed: ${name}`);
  }
}

function checkSkew(claim: Claim, now: number): void {
  if (Math.abs(now - parseTimestamp(claim.timestamp, false)) > MAX_SKEW_SECONDS * 1000) {
    throw new S3Error('RequestTimeTooSkewed');
  }
}

function checkExpiry(claim: Claim, query: URLSearchParams, now: number): void {
  const expires = Number(query.get('X-Amz-Expires') ?? NaN);
  if (!Number.isInteger(expires) || expires < 1 || expires > MAX_EXPIRES_SECONDS) {
    throw new S3Error('AuthorizationQueryParametersError', 'X-Amz-Expires must be between 1 and 604800 seconds.');
  }
  const signedAt = parseTimestamp(claim.timestamp, true);
  if (signedAt > now + MAX_SKEW_SECONDS * 1000) throw new S3Error('AccessDenied', 'Request is not valid yet');
  if (signedAt + expires * 1000 < now) throw new S3Error('AccessDenied', 'Request has expired');
}

function parseTimestamp(text: string, presigned: boolean): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) throw malformed(presigned);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function malformed(presigned: boolean, message?: string): S3Error {
  return new S3Error(presigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed', message);
}

function headerText(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}
