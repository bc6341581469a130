import { encodeRfc3986 } from './canonical-request.ts';
import { S3Error } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { isoTime, quoted, sendState } from './exchange.ts';
import type { Bucket, StoredObject } from './state.ts';
import type { XmlValue } from './xml.ts';

const MAX_KEYS = 1_000;

interface Selection {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only keys and common prefixes after this. */
  readonly marker: string;
  readonly maxKeys: number;
}

interface Page {
  readonly objects: readonly (readonly [string, StoredObject])[];
  readonly prefixes: readonly string[];
  readonly truncated: boolean;
  /** Last key or common prefix of the page. */
  readonly last: string;
}

export function listObjectsV2(exchange: Exchange): Promise<void> {
  const { query } = exchange;
  const token = query.get('continuation-token');
  const marker = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8');
  const selection = selectionOf(query, marker);
  const page = selectPage(exchange.store.state.bucket(exchange.bucket), selection);
  const owner = query.get('fetch-owner') === 'true';
  return sendState(exchange, 'ListBucketResult', {
    ...commonResult(exchange, selection, page, owner),
    KeyCount: page.objects.length + page.prefixes.length,
    StartAfter: query.get('start-after') ?? undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.truncated ? Buffer.from(page.last).toString('base64url') : undefined,
  });
}

export function listObjectsV1(exchange: Exchange): Promise<void> {
  const selection = selectionOf(exchange.query, exchange.query.get('marker') ?? '');
  const page = selectPage(exchange.store.state.bucket(exchange.bucket), selection);
  const encode = encoder(exchange.query);
  return sendState(exchange, 'ListBucketResult', {
    ...commonResult(exchange, selection, page, true),
    Marker: encode(selection.marker),
    NextMarker: page.truncated ? encode(page.last) : undefined,
  });
}

function selectionOf(query: URLSearchParams, marker: string): Selection {
  const maxKeys = limitOf(query, 'max-keys');
  return { prefix: query.get('prefix') ?? '', delimiter: query.get('delimiter') ?? '', marker, maxKeys };
}

/** A page size: 0 to 1000, 1000 when not given, as S3 cuts it. */
export function limitOf(query: URLSearchParams, name: string): number {
  const limit = Number(query.get(name) ?? MAX_KEYS);
  if (!Number.isInteger(limit) || limit < 0)
    throw new S3Error('InvalidArgument', `${name} is not a number of entries.`);
  return Math.min(limit, MAX_KEYS);
}

/** `encoding-type=url` protects names XML cannot carry. */
export function encoder(query: URLSearchParams): (text: string) => string {
  const type = query.get('encoding-type');
  if (type !== null && type !== 'url') throw new S3Error('InvalidArgument', 'Invalid encoding-type.');
  return type === 'url' ? (text) => encodeRfc3986(text).replaceAll('%2F', '/') : (text) => text;
}

function selectPage(bucket: Bucket, { prefix, delimiter, marker, maxKeys }: Selection): Page {
  const { keys } = bucket;
  const objects: [string, StoredObject][] = [];
  const prefixes: string[] = [];
  let last = '';
  let index = Math.max(keys.from(prefix), marker === '' ? 0 : keys.after(marker));
  if (delimiter !== '' && marker.endsWith(delimiter) && marker.startsWith(prefix)) {
    index = Math.max(index, keys.behind(marker)); // the marker is a common prefix that was listed
  }
  for (;;) {
    const key = keys.at(index);
    if (key?.startsWith(prefix) !== true) return { objects, prefixes, truncated: false, last };
    if (objects.length + prefixes.length >= maxKeys) return { objects, prefixes, truncated: maxKeys > 0, last };
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut < 0) {
      const object = bucket.objects.get(key);
      if (object) objects.push([key, object]);
      last = key;
      index += 1;
    } else {
      last = key.slice(0, cut + delimiter.length);
      prefixes.push(last);
      index = keys.behind(last);
    }
  }
}

function commonResult(exchange: Exchange, selection: Selection, page: Page, owner: boolean): Record<string, XmlValue> {
  const encode = encoder(exchange.query);
  const { access_key } = exchange.auth.key;
  return {
    Name: exchange.bucket,
    Prefix: encode(selection.prefix),
    Delimiter: selection.delimiter === '' ? undefined : encode(selection.delimiter),
    MaxKeys: selection.maxKeys,
    EncodingType: exchange.query.get('encoding-type') ?? undefined,
    IsTruncated: page.truncated,
    Contents: page.objects.map(([key, object]) => ({
      Key: encode(key),
      LastModified: isoTime(object.modified),
      ETag: quoted(object.etag),
      ChecksumAlgorithm: object.checksum?.algorithm,
      ChecksumType: object.checksum?.type,
      Size: object.size,
      StorageClass: 'STANDARD',
      Owner: owner ? { ID: access_key, DisplayName: access_key } : undefined,
    })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}
