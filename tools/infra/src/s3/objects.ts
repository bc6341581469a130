import { z } from 'zod';
import { checkCopyConditions, checkReadConditions, checkWriteConditions, parseRange } from './conditions.ts';
import { provenDocument } from './documents.ts';
import { S3Error } from './errors.ts';
import type { Exchange } from './exchange.ts';
import {
  checksumHeaders,
  decodeUri,
  header,
  isoTime,
  quoted,
  requireBucketAccess,
  sendEmpty,
  sendXml,
} from './exchange.ts';
import { OVERRIDABLE, storedHeaders } from './object-headers.ts';
import { receiveBody } from './receive-body.ts';
import { sendPieces, slicePieces } from './send-pieces.ts';
import type { StoredObject } from './state.ts';
import { parseXml } from './xml.ts';

const MAX_DELETED_AT_ONCE = 1_000;

/** The object is visible, whole, once this answers; until then the old one is. */
export async function putObject(exchange: Exchange): Promise<void> {
  const { store, bucket, key, request, response } = exchange;
  const objects = store.state.bucket(bucket).objects;
  checkWriteConditions(request, objects.get(key)); // refuse early, before the body
  const headers = storedHeaders(request);
  const body = await receiveBody(exchange);
  try {
    checkWriteConditions(request, store.state.bucket(bucket).objects.get(key));
  } catch (error) {
    await store.segments.remove(body.pieces.map((piece) => piece.segment));
    throw error;
  }
  await store.commit({ op: 'put', bucket, key, object: { ...body, headers } });
  sendEmpty(response, 200, { etag: quoted(body.etag), ...checksumHeaders(body.checksum) });
}

export async function getObject(exchange: Exchange): Promise<void> {
  const { store, request, response } = exchange;
  const object = findObject(exchange);
  await store.using(object.pieces, async () => {
    await store.settled(object);
    checkReadConditions(request, object);
    const range = parseRange(rangeHeader(exchange, object), object.size);
    const { status, headers } = describe(exchange, object, range);
    response.writeHead(status, headers);
    await sendPieces(response, store.segments, range ? slicePieces(object.pieces, range) : object.pieces);
  });
}

export async function headObject(exchange: Exchange): Promise<void> {
  const object = findObject(exchange);
  await exchange.store.settled(object);
  checkReadConditions(exchange.request, object);
  const range = parseRange(rangeHeader(exchange, object), object.size);
  const { status, headers } = describe(exchange, object, range);
  exchange.response.writeHead(status, headers).end();
}

/** Copies share their bytes with the source: nothing is read. */
export async function copyObject(exchange: Exchange): Promise<void> {
  const { store, bucket, key, request, response } = exchange;
  const source = copySource(exchange);
  checkCopyConditions(request, source.object);
  checkWriteConditions(request, store.state.bucket(bucket).objects.get(key));
  const replace = header(request, 'x-amz-metadata-directive') === 'REPLACE';
  if (!replace && source.bucket === bucket && source.key === key) {
    throw new S3Error('InvalidRequest', 'This copy request is illegal because it would change nothing.');
  }
  const headers = replace ? storedHeaders(request) : source.object.headers;
  const object: StoredObject = { ...source.object, headers, modified: Date.now() };
  await store.commit({ op: 'put', bucket, key, object });
  sendXml(response, 'CopyObjectResult', { ETag: quoted(object.etag), LastModified: isoTime(object.modified) });
}

/** The object x-amz-copy-source names; the caller must be allowed to use its bucket. */
export function copySource(exchange: Exchange): { bucket: string; key: string; object: StoredObject } {
  const text = header(exchange.request, 'x-amz-copy-source') ?? '';
  if (text.includes('?versionId=')) throw new S3Error('NotImplemented');
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decodeUri(text));
  if (!match) throw new S3Error('InvalidArgument', 'x-amz-copy-source must be bucket/key.');
  const [, bucket = '', key = ''] = match;
  requireBucketAccess(exchange.auth, bucket);
  const object = exchange.store.state.bucket(bucket).objects.get(key);
  if (!object) throw new S3Error('NoSuchKey');
  return { bucket, key, object };
}

/** Deleting what is not there succeeds. */
export async function deleteObject({ store, bucket, key, response }: Exchange): Promise<void> {
  // That it is not there may be news that the journal does not have yet.
  await (store.state.bucket(bucket).objects.has(key) ? store.commit({ op: 'delete', bucket, key }) : store.settled());
  sendEmpty(response, 204);
}

const DeleteDocument = z.object({
  Delete: z.object({
    Object: z
      .array(z.object({ Key: z.string().min(1) }))
      .min(1)
      .max(MAX_DELETED_AT_ONCE),
    Quiet: z.string().optional(),
  }),
});

export async function deleteObjects(exchange: Exchange): Promise<void> {
  const { store, bucket, response } = exchange;
  const { objects } = store.state.bucket(bucket);
  const text = await provenDocument(exchange, { required: true });
  const { Delete: request } = parseXml(text, DeleteDocument, ['Object']);
  const keys = [...new Set(request.Object.map((entry) => entry.Key))];
  await Promise.all(keys.filter((key) => objects.has(key)).map((key) => store.commit({ op: 'delete', bucket, key })));
  await store.settled(); // the others may have been deleted a moment ago
  const quiet = request.Quiet?.trim() === 'true';
  sendXml(response, 'DeleteResult', { Deleted: quiet ? [] : keys.map((Key) => ({ Key })) });
}

function findObject({ store, bucket, key }: Exchange): StoredObject {
  const object = store.state.bucket(bucket).objects.get(key);
  if (!object) throw new S3Error('NoSuchKey');
  return object;
}

/** If-Range: a range of another version than the client's would mix two objects. */
function rangeHeader({ request }: Exchange, object: StoredObject): string | undefined {
  const ifRange = header(request, 'if-range');
  const same = ifRange === undefined || ifRange.replaceAll('"', '') === object.etag;
  return same ? header(request, 'range') : undefined;
}

function describe(
  { query, request }: Exchange,
  object: StoredObject,
  range: { readonly offset: number; readonly length: number } | undefined,
): { status: number; headers: Record<string, string> } {
  const wantsChecksum = header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && !range;
  const headers: Record<string, string> = {
    'content-type': 'binary/octet-stream',
    ...object.headers,
    'accept-ranges': 'bytes',
    etag: quoted(object.etag),
    'last-modified': new Date(object.modified).toUTCString(),
    'content-length': String(range?.length ?? object.size),
    ...(wantsChecksum ? checksumHeaders(object.checksum) : {}),
  };
  for (const name of OVERRIDABLE) {
    const value = query.get(`response-${name}`);
    if (value === null) continue;
    if (!/^[\x20-\x7e]*$/.test(value)) throw new S3Error('InvalidArgument', `response-${name} is not a header value.`);
    headers[name] = value;
  }
  if (range) headers['content-range'] = `bytes ${range.offset}-${range.offset + range.length - 1}/${object.size}`;
  return { status: range ? 206 : 200, headers };
}
