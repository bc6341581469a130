import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';
import { header, quoted } from './exchange.ts';
import type { StoredBody } from './state.ts';

/** A run of an object's bytes: `offset` and `length` in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** If-Match, If-None-Match, If-(Un)Modified-Since of a GET or HEAD: 412 PreconditionFailed or 304 NotModified. */
export function checkReadConditions(request: IncomingMessage, object: StoredBody): void {
  const ifMatch = header(request, 'if-match');
  const ifNoneMatch = header(request, 'if-none-match');
  const unmodifiedSince = time(header(request, 'if-unmodified-since'));
  const modifiedSince = time(header(request, 'if-modified-since'));
  const modified = Math.floor(object.modified / 1000) * 1000;
  if (ifMatch !== undefined ? !matches(ifMatch, object) : unmodifiedSince !== undefined && modified > unmodifiedSince) {
    throw new S3Error('PreconditionFailed');
  }
  if (
    ifNoneMatch !== undefined ? matches(ifNoneMatch, object) : modifiedSince !== undefined && modified <= modifiedSince
  ) {
    throw new S3Error('NotModified', undefined, { etag: quoted(object.etag) });
  }
}

/** If-None-Match: * (create only) and If-Match (replace only what I saw) of a PUT or a completed upload. */
export function checkWriteConditions(request: IncomingMessage, existing: StoredBody | undefined): void {
  const ifNoneMatch = header(request, 'if-none-match');
  const ifMatch = header(request, 'if-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error('NotImplemented', 'If-None-Match of a write must be *.');
  }
  if (ifNoneMatch === '*' && existing) throw new S3Error('PreconditionFailed');
  if (ifMatch === undefined) return;
  if (!existing) throw new S3Error('NoSuchKey');
  if (!matches(ifMatch, existing)) throw new S3Error('PreconditionFailed');
}

/** x-amz-copy-source-if-*: any that fails is 412. */
export function checkCopyConditions(request: IncomingMessage, source: StoredBody): void {
  const ifMatch = header(request, 'x-amz-copy-source-if-match');
  const ifNoneMatch = header(request, 'x-amz-copy-source-if-none-match');
  const unmodifiedSince = time(header(request, 'x-amz-copy-source-if-unmodified-since'));
  const modifiedSince = time(header(request, 'x-amz-copy-source-if-modified-since'));
  const failed =
    (ifMatch !== undefined
      ? !matches(ifMatch, source)
      : unmodifiedSince !== undefined && source.modified > unmodifiedSince) ||
    (ifNoneMatch !== undefined
      ? matches(ifNoneMatch, source)
      : modifiedSince !== undefined && source.modified <= modifiedSince);
  if (failed) throw new S3Error('PreconditionFailed');
}

/**
 * The range a Range header asks for, or undefined for the whole object (no header, not in bytes, several ranges: HTTP
 * lets a server ignore those). Throws InvalidRange when no byte of it exists.
 */
export function parseRange(text: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text?.trim() ?? '');
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const offset = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  if (offset >= end) throw new S3Error('InvalidRange', undefined, { 'content-range': `bytes */${size}` });
  return { offset, length: end - offset };
}

function matches(header: string, object: StoredBody): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', '') === object.etag);
}

function time(text: string | undefined): number | undefined {
  const value = Date.parse(text ?? '');
  return Number.isNaN(value) ? undefined : value;
}
