import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { CHECKSUMS } from './checksums.ts';
import { checkCopyConditions, checkWriteConditions, parseRange } from './conditions.ts';
import { provenDocument } from './documents.ts';
import { S3Error } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { checksumHeaders, header, isoTime, quoted, sendEmpty, sendXml } from './exchange.ts';
import { storedHeaders } from './object-headers.ts';
import { copySource } from './objects.ts';
import { receiveBody } from './receive-body.ts';
import { slicePieces } from './send-pieces.ts';
import type { OpenUpload, StoredBody, StoredChecksum, StoredObject, Upload } from './state.ts';
import { parseXml } from './xml.ts';

const MIN_PART_BYTES = 5 << 20;
const MAX_PARTS = 10_000;
const MAX_OBJECT_BYTES = 5 * 1024 ** 4;

export async function createUpload({ store, bucket, key, request, response }: Exchange): Promise<void> {
  store.state.bucket(bucket);
  const algorithm = header(request, 'x-amz-checksum-algorithm');
  if (algorithm !== undefined && !CHECKSUMS.has(algorithm.toLowerCase())) {
    throw new S3Error('InvalidRequest', 'Checksum algorithm provided is unsupported.');
  }
  if (header(request, 'x-amz-checksum-type')?.toUpperCase() === 'FULL_OBJECT')
    throw new S3Error('NotImplemented', 'Checksums of whole multipart objects are not supported.');
  const upload: Upload = {
    upload_id: randomBytes(16).toString('hex'),
    bucket,
    key,
    initiated: Date.now(),
    headers: storedHeaders(request),
    ...(algorithm === undefined ? {} : { checksum_algorithm: algorithm.toUpperCase() }),
  };
  await store.commit({ op: 'create_upload', upload });
  if (algorithm !== undefined) response.setHeader('x-amz-checksum-algorithm', algorithm.toUpperCase());
  sendXml(response, 'InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: upload.upload_id });
}

/**
 * A part survives a kill of the server and a power failure once this answers. Its etag is its MD5 for clients that
 * hash: some compare. Where the client proved the part by x-amz-checksum-sha256 it is the first half of that, and where
 * it sent UNSIGNED-PAYLOAD without any checksum it is made of CRC32 and size: S3 promises an opaque name of the bytes,
 * and MD5 is two fifths of the work of receiving them.
 */
export async function uploadPart(exchange: Exchange): Promise<void> {
  const { store, response } = exchange;
  const upload = openUpload(exchange);
  const part_number = partNumber(exchange.query);
  const part = await receiveBody(exchange, { algorithm: upload.checksum_algorithm?.toLowerCase(), frugal: true });
  if (!store.state.uploads.has(upload.upload_id)) {
    await store.segments.remove(part.pieces.map((piece) => piece.segment)); // aborted or completed meanwhile
    throw new S3Error('NoSuchUpload');
  }
  await store.commit({ op: 'put_part', upload_id: upload.upload_id, part_number, part });
  sendEmpty(response, 200, { etag: quoted(part.etag), ...checksumHeaders(part.checksum) });
}

/** The part shares the source's bytes. Its etag is not their MD5, which would mean to read them: it is as unique. */
export async function uploadPartCopy(exchange: Exchange): Promise<void> {
  const { store, request, response } = exchange;
  const { upload_id } = openUpload(exchange);
  const part_number = partNumber(exchange.query);
  const { object } = copySource(exchange);
  checkCopyConditions(request, object);
  const text = header(request, 'x-amz-copy-source-range');
  const range = parseRange(text, object.size);
  if (text !== undefined && (!range || !text.endsWith(`-${range.offset + range.length - 1}`))) {
    throw new S3Error('InvalidArgument', 'The copy source range is not within the source.');
  }
  const pieces = range ? slicePieces(object.pieces, range) : object.pieces;
  const identity = createHash('md5')
    .update(`${object.etag}:${text ?? ''}:${object.size}`)
    .digest('hex');
  const part: StoredBody = { size: range?.length ?? object.size, etag: identity, modified: Date.now(), pieces };
  await store.commit({ op: 'put_part', upload_id, part_number, part });
  sendXml(response, 'CopyPartResult', { ETag: quoted(part.etag), LastModified: isoTime(part.modified) });
}

const CompleteDocument = z.object({
  CompleteMultipartUpload: z.object({
    Part: z
      .array(
        z.looseObject({
          PartNumber: z
            .string()
            .trim()
            .regex(/^\d{1,5}$/),
          ETag: z.string(),
        }),
      )
      .min(1)
      .max(MAX_PARTS),
  }),
});
type PartClaim = z.output<typeof CompleteDocument>['CompleteMultipartUpload']['Part'][number];

/** The object appears at once and whole; its parts' files become its own. */
export async function completeUpload(exchange: Exchange): Promise<void> {
  const { store, bucket, key, request, response } = exchange;
  openUpload(exchange);
  const text = await provenDocument(exchange);
  const { Part: claims } = parseXml(text, CompleteDocument, ['Part']).CompleteMultipartUpload;
  const upload = openUpload(exchange); // again: it may have ended while the document arrived
  const parts = chooseParts(upload, claims);
  checkWriteConditions(request, store.state.bucket(bucket).objects.get(key));
  const object = assemble(upload, parts);
  await store.commit({ op: 'complete', upload_id: upload.upload_id, object });
  sendXml(response, 'CompleteMultipartUploadResult', {
    Location: `${exchange.endpoint}/${bucket}/${key}`,
    Bucket: bucket,
    Key: key,
    ETag: quoted(object.etag),
    ...(object.checksum && {
      [`Checksum${object.checksum.algorithm}`]: object.checksum.value,
      ChecksumType: object.checksum.type,
    }),
  });
}

export async function abortUpload(exchange: Exchange): Promise<void> {
  const { upload_id } = openUpload(exchange);
  await exchange.store.commit({ op: 'abort', upload_id });
  sendEmpty(exchange.response, 204);
}

function chooseParts(upload: OpenUpload, claims: readonly PartClaim[]): StoredBody[] {
  const numbers = claims.map((claim) => Number(claim.PartNumber));
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) throw new S3Error('InvalidPartOrder');
  return claims.map((claim, index) => {
    const number = Number(claim.PartNumber);
    const part = upload.parts.get(number);
    const etag = claim.ETag.trim().replaceAll('"', '');
    if (part?.etag !== etag)
      throw new S3Error('InvalidPart', `Part ${number} was not found or its entity tag is another.`);
    const checksum = part.checksum && claim[`Checksum${part.checksum.algorithm}`];
    if (checksum !== undefined && checksum !== part.checksum?.value) throw new S3Error('InvalidPart');
    if (part.size < MIN_PART_BYTES && index < claims.length - 1) throw new S3Error('EntityTooSmall');
    return part;
  });
}

function assemble(upload: OpenUpload, parts: readonly StoredBody[]): StoredObject {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (size > MAX_OBJECT_BYTES) throw new S3Error('EntityTooLarge');
  const etags = createHash('md5');
  for (const part of parts) etags.update(part.etag, 'hex');
  const checksum = compositeChecksum(upload.checksum_algorithm, parts);
  return {
    size,
    etag: `${etags.digest('hex')}-${parts.length}`,
    modified: Date.now(),
    pieces: parts.flatMap((part) => part.pieces),
    headers: upload.headers,
    ...(checksum && { checksum }),
  };
}

/** The checksum of the parts' checksums. CRC64NVME has no composite form in S3; such uploads keep none. */
function compositeChecksum(algorithm: string | undefined, parts: readonly StoredBody[]): StoredChecksum | undefined {
  if (algorithm === undefined || algorithm === 'CRC64NVME') return undefined;
  const digest = CHECKSUMS.get(algorithm.toLowerCase())?.();
  for (const part of parts) {
    if (part.checksum?.algorithm !== algorithm) return undefined;
    digest?.update(Buffer.from(part.checksum.value, 'base64'));
  }
  return digest && { algorithm, value: `${digest.digest().toString('base64')}-${parts.length}`, type: 'COMPOSITE' };
}

function openUpload({ store, bucket, key, query }: Exchange): OpenUpload {
  store.state.bucket(bucket);
  return store.state.upload(bucket, key, query.get('uploadId') ?? '');
}

function partNumber(query: URLSearchParams): number {
  const number = Number(query.get('partNumber') ?? NaN);
  if (Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return number;
  throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`);
}
