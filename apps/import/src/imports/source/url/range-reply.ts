import { type Refusal, refusal } from '@imago/contracts';
import type { PinnedSource } from '../source-file.ts';

/** A range that is asked for: places of its first and last byte. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** The head of an answer, as far as it matters. */
export interface ReplyHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * The file as the answer to a request for its first byte tells. An empty one has no first byte, which is told in a way
 * of its own.
 * @throws Refusal import.ranges_unsupported, import.version_unknown, import.content_encoded
 */
export function pinOf(head: ReplyHead, uri: string): PinnedSource {
  requirePlain(head, uri);
  const etag = versionOf(head);
  if (head.status === 416 && /^bytes \*\/0$/.test(textOf(head, 'content-range'))) return { etag: etag ?? '', size: 0 };
  const range = rangeOf(head);
  if (range?.first !== 0 || range.last !== 0) throw noRanges(uri);
  if (etag === null) throw refusal('import.version_unknown', `${uri} has neither an ETag nor a Last-Modified.`);
  return { etag, size: range.size };
}

/**
 * Whether an answer brings the bytes asked for, of the file as it was.
 * @throws Refusal import.source_changed, import.ranges_unsupported, import.content_encoded
 */
export function requireRange(
  head: ReplyHead,
  asked: ByteRange,
  { pin, uri }: { pin: PinnedSource; uri: string },
): void {
  const isOther = head.status === 416 || head.status === 412 || versionOf(head) !== pin.etag;
  if (isOther) throw refusal('import.source_changed', `${uri} was overwritten while it was imported.`);
  requirePlain(head, uri);
  const range = rangeOf(head);
  if (range !== null && range.size !== pin.size)
    throw refusal('import.source_changed', `${uri} has another size than before.`);
  if (range?.first !== asked.first || range.last !== asked.last) throw noRanges(uri);
}

/**
 * What the server calls this version of the file: a strong ETag with its quotes, or the date of the last change. Both
 * are what `If-Range` takes. A weak ETag says nothing about bytes.
 */
function versionOf(head: ReplyHead): string | null {
  const etag = textOf(head, 'etag');
  if (/^"[\x21\x23-\x7e]{1,512}"$/.test(etag)) return etag;
  const changed = textOf(head, 'last-modified');
  return /^[A-Za-z]{3}, [\x20-\x7e]{10,60}$/.test(changed) && !Number.isNaN(Date.parse(changed)) ? changed : null;
}

function rangeOf(head: ReplyHead): (ByteRange & { readonly size: number }) | null {
  if (head.status !== 206) return null;
  const match = /^bytes (?<first>\d{1,15})-(?<last>\d{1,15})\/(?<size>\d{1,15})$/.exec(textOf(head, 'content-range'));
  const { first, last, size } = match?.groups ?? {};
  return match === null ? null : { first: Number(first), last: Number(last), size: Number(size) };
}

/** Bytes that are compressed on their way are not the file's. */
function requirePlain(head: ReplyHead, uri: string): void {
  const encoding = textOf(head, 'content-encoding').toLowerCase();
  if (encoding === '' || encoding === 'identity') return;
  throw refusal('import.content_encoded', `${uri} is sent in an encoding of its own.`);
}

function noRanges(uri: string): Refusal {
  return refusal('import.ranges_unsupported', `${uri} is not sent in the parts that are asked for.`);
}

function textOf({ headers }: ReplyHead, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
