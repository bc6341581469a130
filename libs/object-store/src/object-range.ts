import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import type { ReadOptions } from './object-store.ts';
import { ObjectChangedError, ObjectStoreError } from './object-store.errors.ts';
import { ReplyBody } from './reply-body.ts';

/** A reply that has begun: exactly `length` bytes, or its body fails. */
export interface ObjectRange {
  readonly body: ReplyBody;
  readonly length: number;
  readonly etag: string;
}

/** One request for a range that is not empty. Answers when the first byte may come. */
export async function openRange(bucket: Bucket, key: string, options: ReadOptions): Promise<ObjectRange> {
  const { offset = 0, length, etag, signal } = options;
  const isWhole = offset === 0 && length === undefined;
  const last = length === undefined ? '' : offset + length - 1;
  const reply = await bucket.client.send(
    new GetObjectCommand({
      Bucket: bucket.name,
      Key: key,
      Range: isWhole ? undefined : `bytes=${offset}-${last}`,
      IfMatch: etag === undefined ? undefined : `"${etag}"`,
    }),
    { abortSignal: signal },
  );
  const body: unknown = reply.Body;
  if (!(body instanceof ReplyBody)) throw new Error('The SDK answers with another kind of body.');
  const sent = { length: reply.ContentLength, range: reply.ContentRange, etag: withoutQuotes(reply.ETag) };
  try {
    return { body, length: checked(key, sent, options), etag: sent.etag };
  } catch (error) {
    body.destroy();
    throw error;
  }
}

interface Sent {
  readonly length: number | undefined;
  readonly range: string | undefined;
  readonly etag: string;
}

/** The bytes that come, when they are the ones asked for. Not every store minds If-Match and Range. */
function checked(key: string, sent: Sent, { offset = 0, length, etag }: ReadOptions): number {
  if (etag !== undefined && sent.etag !== etag) throw new ObjectChangedError(`${key}: it has another ETag by now`);
  if (sent.length === undefined) throw new ObjectStoreError(`${key}: the store does not say how many bytes it sends`);
  const from = /^bytes (\d+)-/.exec(sent.range ?? 'bytes 0-')?.[1];
  if (from !== String(offset)) throw new ObjectStoreError(`${key}: the store sends another range than asked for`);
  if (length !== undefined && sent.length !== length) {
    throw new ObjectStoreError(`${key}: ${length} bytes from ${offset} on reach beyond its end`);
  }
  return sent.length;
}

/** ETags travel in quotes. */
export function withoutQuotes(etag: string | undefined): string {
  return (etag ?? '').replace(/^"(.*)"$/s, '$1');
}
