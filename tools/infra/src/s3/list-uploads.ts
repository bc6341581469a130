import type { Exchange } from './exchange.ts';
import { isoTime, quoted, sendState } from './exchange.ts';
import { encoder, limitOf } from './list-objects.ts';

export function listParts(exchange: Exchange): Promise<void> {
  const { store, bucket, key, query } = exchange;
  store.state.bucket(bucket);
  const upload = store.state.upload(bucket, key, query.get('uploadId') ?? '');
  const limit = limitOf(query, 'max-parts');
  const marker = Number(query.get('part-number-marker') ?? 0);
  const after = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const page = after.slice(0, limit);
  const truncated = after.length > page.length;
  return sendState(exchange, 'ListPartsResult', {
    Bucket: bucket,
    Key: encoder(query)(key),
    UploadId: upload.upload_id,
    ChecksumAlgorithm: upload.checksum_algorithm,
    PartNumberMarker: marker,
    NextPartNumberMarker: truncated ? page.at(-1)?.[0] : undefined,
    MaxParts: limit,
    IsTruncated: truncated,
    StorageClass: 'STANDARD',
    Part: page.map(([PartNumber, part]) => ({
      PartNumber,
      LastModified: isoTime(part.modified),
      ETag: quoted(part.etag),
      Size: part.size,
      ...(part.checksum && { [`Checksum${part.checksum.algorithm}`]: part.checksum.value }),
    })),
  });
}

/** In the order of keys, then of their beginning; without common prefixes (`delimiter` is ignored). */
export function listUploads(exchange: Exchange): Promise<void> {
  const { store, bucket, query } = exchange;
  store.state.bucket(bucket);
  const encode = encoder(query);
  const prefix = query.get('prefix') ?? '';
  const limit = limitOf(query, 'max-uploads');
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const uploads = [...store.state.uploads.values()]
    .filter((upload) => upload.bucket === bucket && upload.key.startsWith(prefix))
    .sort((a, b) => order(a.key, b.key) || a.initiated - b.initiated || order(a.upload_id, b.upload_id));
  const position = uploads.findIndex((upload) => upload.key === keyMarker && upload.upload_id === idMarker);
  const after =
    position >= 0 ? uploads.slice(position + 1) : uploads.filter((upload) => order(upload.key, keyMarker) > 0);
  const page = after.slice(0, limit);
  const truncated = after.length > page.length;
  const last = truncated ? page.at(-1) : undefined;
  return sendState(exchange, 'ListMultipartUploadsResult', {
    Bucket: bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: last && encode(last.key),
    NextUploadIdMarker: last?.upload_id,
    MaxUploads: limit,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: truncated,
    Upload: page.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.upload_id,
      StorageClass: 'STANDARD',
      Initiated: isoTime(upload.initiated),
    })),
  });
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
