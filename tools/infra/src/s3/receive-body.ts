import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Authenticated } from './authenticate.ts';
import { AwsChunkedDecoder } from './aws-chunked.ts';
import { BodySink } from './body-sink.ts';
import { CHECKSUMS, Digests } from './checksums.ts';
import { S3Error } from './errors.ts';
import { acceptBody } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { StoredBody, StoredChecksum } from './state.ts';

/** Largest body of one PutObject or UploadPart. */
const MAX_BODY_BYTES = 5 * 1024 ** 3;

export interface ReceiveOptions {
  /** Lower case: compute this checksum even when the client sent none with this body. */
  readonly algorithm?: string | undefined;
  /** Do without an MD5 of our own where the client gave none and proves the body otherwise, or not at all. */
  readonly frugal?: boolean;
}

/**
 * Streams a request's body into a segment and proves everything the client said about it: length, Content-MD5,
 * x-amz-content-sha256, chunk signatures, x-amz-checksum-* in header or trailer. When one does not hold, the segment is
 * gone and the error is S3's. The sha256 is computed only for clients that signed it. The segment is on the disk when
 * this answers.
 */
export async function receiveBody(exchange: Exchange, options: ReceiveOptions = {}): Promise<StoredBody> {
  const { request, auth } = exchange;
  const { segments } = exchange.store;
  const { algorithm, frugal = false } = options;
  const announced = announcedBody(request, auth);
  const promise = checksumPromise(request, algorithm);
  const expectedMd5 = contentMd5(request);
  const signedHash = /^[0-9a-f]{64}$/.test(auth.payloadHash) ? auth.payloadHash : undefined;
  const decoder = announced.chunked
    ? new AwsChunkedDecoder(announced.signed ? auth.chunkSigning : undefined)
    : undefined;
  const identity = frugal && expectedMd5 === undefined ? frugalIdentity(auth, promise) : 'md5';
  const digests = new Digests([
    identity,
    ...(signedHash === undefined ? [] : ['sha256']),
    ...(promise ? [promise.name] : []),
  ]);
  const { segment, file } = await segments.create();
  try {
    const sink = new BodySink(file, { digests, decoder, bytes: announced.bytes });
    acceptBody(exchange);
    await sink.takeAll(request);
    decoder?.end();
    if (sink.bytes !== announced.bytes) throw new S3Error('IncompleteBody');
    if (signedHash !== undefined && digests.get('sha256').toString('hex') !== signedHash)
      throw new S3Error('XAmzContentSHA256Mismatch');
    if (expectedMd5 && !expectedMd5.equals(digests.get('md5'))) throw new S3Error('BadDigest');
    const value = promise && digests.get(promise.name).toString('base64');
    checkPromise(promise, value, decoder);
    const etag = etagOf(identity, digests.get(identity), sink.bytes);
    const pieces = sink.bytes > 0 ? [{ segment, offset: 0, length: sink.bytes }] : [];
    await (sink.bytes > 0 ? segments.sync(segment, file) : segments.remove([segment]));
    return { size: sink.bytes, etag, modified: Date.now(), pieces, ...storedChecksum(promise?.name, value) };
  } catch (error) {
    await segments.remove([segment]);
    throw error;
  } finally {
    await file.close();
  }
}

type Identity = 'md5' | 'sha256' | 'crc32';

/**
 * What the etag of a part is made of. The same bytes must have the same etag, or a part sent twice, by a writer that was
 * thought dead, would spoil the completion that names the first. A client that hashed nothing gets the cheapest.
 */
function frugalIdentity(auth: Authenticated, promise: ChecksumPromise | undefined): Identity {
  if (promise?.name === 'sha256') return 'sha256';
  return auth.payloadHash === 'UNSIGNED-PAYLOAD' && promise === undefined ? 'crc32' : 'md5';
}

function etagOf(identity: Identity, digest: Buffer, bytes: number): string {
  return identity === 'crc32' ? hash('md5', `${bytes} ${digest.toString('hex')}`) : digest.toString('hex', 0, 16);
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
  for (const name of CHECKSUMS.keys()) {
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
