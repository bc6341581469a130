import { createHash } from 'node:crypto';
import type { Digest } from './checksums.ts';
import { CHECKSUMS, hash } from './checksums.ts';
import { S3Error } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { header, readDocument } from './exchange.ts';

/** Headers that prove a document, all base64. */
const PROOFS: readonly (readonly [string, () => Digest])[] = [
  ['content-md5', () => hash('md5')],
  ...[...CHECKSUMS].map(([name, make]) => [`x-amz-checksum-${name}`, make] as const),
];

/**
 * The body of a request that carries a document, proven against everything the client said about it.
 * `required`: S3 wants at least one of Content-MD5 and x-amz-checksum-* on some operations.
 */
export async function provenDocument(
  exchange: Exchange,
  options: { readonly required: boolean } = { required: false },
): Promise<string> {
  const { request, auth } = exchange;
  if (auth.payloadHash.startsWith('STREAMING-'))
    throw new S3Error('NotImplemented', 'A document must not be streamed.');
  const body = await readDocument(exchange);
  if (/^[0-9a-f]{64}$/.test(auth.payloadHash)) {
    const computed = createHash('sha256').update(body).digest('hex');
    if (computed !== auth.payloadHash) throw new S3Error('XAmzContentSHA256Mismatch');
  }
  let proofs = 0;
  for (const [name, make] of PROOFS) {
    const expected = header(request, name);
    if (expected === undefined) continue;
    const digest = make();
    digest.update(body);
    if (digest.digest().toString('base64') !== expected) throw new S3Error('BadDigest');
    proofs += 1;
  }
  if (options.required && proofs === 0) throw new S3Error('InvalidRequest', 'Missing required header: Content-MD5');
  return body.toString('utf8');
}
