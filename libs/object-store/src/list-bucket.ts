import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import type { ListedObject, ListedPage, MultipartUpload, PageOptions, UploadedPart } from './object-store.ts';
import { withoutQuotes } from './object-range.ts';

/** All pages of the objects under a prefix. */
export async function listObjects(bucket: Bucket, prefix: string, signal?: AbortSignal): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  let token: string | undefined;
  do {
    const input = { Bucket: bucket.name, Prefix: prefix, EncodingType: 'url', ContinuationToken: token } as const;
    const page = await bucket.ask(`list ${prefix}`, signal, (options) =>
      bucket.client.send(new ListObjectsV2Command(input), options),
    );
    found.push(...objectsOn(page));
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return found;
}

/** One page of the objects under a prefix. */
export async function listObjectsPage(
  bucket: Bucket,
  prefix: string,
  { limit, after, signal }: PageOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ListedPage> {
  const input = {
    Bucket: bucket.name,
    Prefix: prefix,
    EncodingType: 'url',
    MaxKeys: limit,
    StartAfter: after,
  } as const;
  const page = await bucket.ask(`list ${prefix}`, signal, (options) =>
    bucket.client.send(new ListObjectsV2Command(input), options),
  );
  return { objects: objectsOn(page), more: page.IsTruncated === true };
}

function objectsOn(page: ListObjectsV2CommandOutput): ListedObject[] {
  return (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified = new Date(0) }) => ({
    key: decoded(Key, page),
    size: Size,
    last_modified: LastModified,
  }));
}

/** All pages of the unfinished uploads under a prefix. */
export async function listUploads(bucket: Bucket, prefix: string, signal?: AbortSignal): Promise<MultipartUpload[]> {
  const found: MultipartUpload[] = [];
  let marker: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> | undefined = {};
  while (marker !== undefined) {
    const input: ListMultipartUploadsCommandInput = {
      Bucket: bucket.name,
      Prefix: prefix,
      EncodingType: 'url',
      ...marker,
    };
    const page = await bucket.ask(`list uploads of ${prefix}`, signal, (options) =>
      bucket.client.send(new ListMultipartUploadsCommand(input), options),
    );
    for (const { Key = '', UploadId = '' } of page.Uploads ?? []) {
      found.push({ key: decoded(Key, page), upload_id: UploadId });
    }
    const { NextKeyMarker = '', NextUploadIdMarker } = page;
    marker =
      page.IsTruncated === true
        ? { KeyMarker: decoded(NextKeyMarker, page), UploadIdMarker: NextUploadIdMarker }
        : undefined;
  }
  return found;
}

/** All pages of the parts an upload has so far. */
export async function listUploadedParts(
  bucket: Bucket,
  upload: MultipartUpload,
  signal?: AbortSignal,
): Promise<UploadedPart[]> {
  const found: UploadedPart[] = [];
  let marker: string | undefined;
  do {
    const input = { Bucket: bucket.name, Key: upload.key, UploadId: upload.upload_id, PartNumberMarker: marker };
    const page = await bucket.ask(upload.key, signal, (options) =>
      bucket.client.send(new ListPartsCommand(input), options),
    );
    for (const { PartNumber = 0, ETag } of page.Parts ?? []) {
      found.push({ part_number: PartNumber, etag: withoutQuotes(ETag) });
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return found;
}

/** Keys are asked for URL-encoded, because XML cannot carry every one; a store may ignore that, and says so. */
function decoded(text: string, page: { readonly EncodingType?: string }): string {
  return page.EncodingType === 'url' ? decodeURIComponent(text.replaceAll('+', ' ')) : text;
}
