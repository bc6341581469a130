import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import type { Landing } from './landing.ts';
import type { ReadOptions } from './object-store.ts';
import { ObjectChangedError, ObjectStoreError, ObjectStoreUnavailableError } from './object-store.errors.ts';
import { ReplyBody } from './reply-body.ts';
import type { HandlerOptions } from './store-transport.ts';

/** One request for a range that is not empty, as a stream: exactly its bytes, or it fails. */
export async function openRange(bucket: Bucket, key: string, options: ReadOptions): Promise<Readable> {
  const body = await request(bucket, key, options);
  if (body instanceof ReplyBody) return body;
  throw new Error('The SDK answers with another kind of body.');
}

/** One request for as many bytes as the landing has room for. Answers when they are there. */
export async function landRange(
  bucket: Bucket,
  key: string,
  options: Omit<ReadOptions, 'length'> & { readonly landing: Landing },
): Promise<void> {
  const { landing } = options;
  await request(bucket, key, { ...options, length: landing.target.length });
  if (landing.arrived < landing.target.length) throw new ObjectStoreUnavailableError(`${key}: the reply was too short`);
}

/** The ETag of the object a reply is of, as soon as it is known. */
export function etagOf({ headers }: Landing): string | undefined {
  return headers === undefined ? undefined : withoutQuotes(headers['etag']);
}

async function request(
  bucket: Bucket,
  key: string,
  options: ReadOptions & { readonly landing?: Landing },
): Promise<unknown> {
  const { offset = 0, length, etag, signal, landing } = options;
  const isWhole = offset === 0 && length === undefined;
  const last = length === undefined ? '' : offset + length - 1;
  const reply = await bucket.client.send(
    new GetObjectCommand({
      Bucket: bucket.name,
      Key: key,
      Range: isWhole ? undefined : `bytes=${offset}-${last}`,
      IfMatch: etag === undefined ? undefined : `"${etag}"`,
    }),
    { abortSignal: signal, ...(landing === undefined ? {} : { landing }) } satisfies HandlerOptions,
  );
  try {
    check(key, { length: reply.ContentLength, range: reply.ContentRange, etag: withoutQuotes(reply.ETag) }, options);
  } catch (error) {
    if (reply.Body instanceof ReplyBody) reply.Body.destroy();
    throw error;
  }
  return reply.Body;
}

interface Sent {
  readonly length: number | undefined;
  readonly range: string | undefined;
  readonly etag: string;
}

/** Whether the bytes that come are the ones asked for. Not every store minds If-Match and Range. */
function check(key: string, sent: Sent, { offset = 0, length, etag }: ReadOptions): void {
  if (etag !== undefined && sent.etag !== etag) throw new ObjectChangedError(`${key}: it has another ETag by now`);
  if (sent.length === undefined) throw new ObjectStoreError(`${key}: the store does not say how many bytes it sends`);
  const from = /^bytes (\d+)-/.exec(sent.range ?? 'bytes 0-')?.[1];
  if (from !== String(offset)) throw new ObjectStoreError(`${key}: the store sends another range than asked for`);
  if (length !== undefined && sent.length !== length) {
    throw new ObjectStoreError(`${key}: ${length} bytes from ${offset} on reach beyond its end`);
  }
}

/** ETags travel in quotes. */
export function withoutQuotes(etag: string | undefined): string {
  return (etag ?? '').replace(/^"(.*)"$/s, '$1');
}
