import type { IncomingMessage } from 'node:http';
import type { TransformCallback } from 'node:stream';
import { Transform } from 'node:stream';
import type { Authenticated } from './authenticate.ts';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import type { Digest } from './checksums.ts';
import { CHECKSUMS, hash } from './checksums.ts';
import { S3Error } from './errors.ts';
import type { SegmentFiles } from './segments.ts';
import type { StoredBody, StoredChecksum } from './state.ts';

/** Largest body of one PutObject or UploadPart. */
const MAX_BODY_BYTES = 5 * 1024 ** 3;

/**
 * Streams a request's body into a segment and proves everything the client said about it: length, Content-MD5,
 * x-amz-content-sha256, chunk signatures, x-amz-checksum-* in header or trailer. When one does not hold, the segment is
 * gone and the error is S3's. The sha256 is computed only for clients that signed it. The bytes are not synced yet.
 *
 * `algorithm` (lower case) asks for a checksum even when the client sent none with this body.
 */
export async function receiveBody(
  request: IncomingMessage,
  auth: Authenticated,
  into: { readonly segments: SegmentFiles; readonly algorithm?: string | undefined },
): Promise<StoredBody> {
  const announced = announcedBody(request, auth);
  const promise = checksumPromise(request, into.algorithm);
  const expectedMd5 = contentMd5(request);
  const md5 = hash('md5');
  const sha256 = /^[0-9a-f]{64}$/.test(auth.payloadHash) ? hash('sha256') : undefined;
  const checksum = promise && CHECKSUMS[promise.name]?.();

  const decoder = announced.chunked
    ? new AwsChunkedDecoder(announced.signed ? auth.chunkSigning : undefined)
    : undefined;
  const tap = new Tap(
    [md5, sha256, checksum].filter((digest) => digest !== undefined),
    announced.bytes,
  );
  const segment = await into.segments.write(request, decoder ? [decoder, tap] : [tap]);
  try {
    const etag = md5.digest();
    if (tap.bytes !== announced.bytes) throw new S3Error('IncompleteBody');
    if (sha256 && sha256.digest().toString('hex') !== auth.payloadHash) throw new S3Error('XAmzContentSHA256Mismatch');
    if (expectedMd5 && !expectedMd5.equals(etag)) throw new S3Error('BadDigest');
    const value = checksum?.digest().toString('base64');
    checkPromise(promise, value, decoder);
    const stored = storedChecksum(promise?.name, value);
    const pieces = tap.bytes > 0 ? [{ segment, offset: 0, length: tap.bytes }] : [];
    if (tap.bytes === 0) await into.segments.remove([segment]);
    return { size: tap.bytes, etag: etag.toString('hex'), modified: Date.now(), pieces, ...stored };
  } catch (error) {
    await into.segments.remove([segment]);
    throw error;
  }
}

/** Counts and hashes what passes, and stops a body that is longer than it said. */
class Tap extends Transform {
  bytes = 0;
  readonly #digests: readonly Digest[];

  readonly #limit: number;

  constructor(digests: readonly Digest[], limit: number) {
    super({ highWaterMark: 1 << 20 });
    this.#digests = digests;
    this.#limit = limit;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    if (this.bytes > this.#limit) {
      done(new S3Error('IncompleteBody', 'The body is longer than it was said to be.'));
      return;
    }
    for (const digest of this.#digests) digest.update(chunk);
    done(null, chunk);
  }
}

interface AnnouncedBody {
  readonly bytes: number;
  readonly chunked: boolean;
  readonly signed: boolean;
}

function announcedBody(request: IncomingMessage, auth: Authenticated): AnnouncedBody {
  const chunked = auth.payloadHash.startsWith('STREAMING-');
  const signed = auth.payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  if (chunked && !signed && auth.payloadHash !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new S3Error('NotImplemented', `The payload ${auth.payloadHash} is not supported.`);
  }
  const header = chunked ? 'x-amz-decoded-content-length' : 'content-length';
  const text = request.headers[header];
  if (typeof text !== 'string')
    throw new S3Error('MissingContentLength', `You must provide the ${header} HTTP header.`);
  const bytes = Number(text);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new S3Error('InvalidArgument', `${header} is not a size.`);
  if (bytes > MAX_BODY_BYTES) throw new S3Error('EntityTooLarge');
  return { bytes, chunked, signed };
}

interface ChecksumPromise {
  readonly name: string;
  /** What the header said; undefined when the trailer will say it, or when nobody does. */
  readonly value: string | undefined;
  readonly inTrailer: boolean;
}

function checksumPromise(request: IncomingMessage, algorithm: string | undefined): ChecksumPromise | undefined {
  const trailer = request.headers['x-amz-trailer'];
  for (const name of Object.keys(CHECKSUMS)) {
    const header = `x-amz-checksum-${name}`;
    const value = request.headers[header];
    if (typeof value === 'string') return { name, value, inTrailer: false };
    if (typeof trailer === 'string' && trailer.trim().toLowerCase() === header)
      return { name, value: undefined, inTrailer: true };
  }
  return algorithm === undefined ? undefined : { name: algorithm, value: undefined, inTrailer: false };
}

function checkPromise(
  promise: ChecksumPromise | undefined,
  computed: string | undefined,
  decoder: AwsChunkedDecoder | undefined,
): void {
  if (!promise) return;
  const header = `x-amz-checksum-${promise.name}`;
  const expected = promise.inTrailer ? decoder?.trailers.get(header) : promise.value;
  if (promise.inTrailer && expected === undefined)
    throw new S3Error('InvalidRequest', `The trailer ${header} is missing.`);
  if (expected !== undefined && expected !== computed) {
    throw new S3Error(
      'BadDigest',
      `The ${promise.name.toUpperCase()} you specified did not match the calculated checksum.`,
    );
  }
}

function storedChecksum(name: string | undefined, value: string | undefined): { readonly checksum?: StoredChecksum } {
  if (name === undefined || value === undefined) return {};
  return { checksum: { algorithm: name.toUpperCase(), value, type: 'FULL_OBJECT' } };
}

function contentMd5(request: IncomingMessage): Buffer | undefined {
  const text = request.headers['content-md5'];
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 16) throw new S3Error('InvalidDigest');
  return bytes;
}
