import { HeadObjectCommand, UploadPartCopyCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { withoutQuotes } from './object-range.ts';
import type { MultipartUpload, PartSource } from './object-store.ts';
import { ObjectChangedError, ObjectStoreError, ObjectStoreUnsupportedError } from './object-store.errors.ts';

export interface PartCopy {
  readonly upload: MultipartUpload;
  readonly partNumber: number;
  readonly source: PartSource;
  readonly signal: AbortSignal | undefined;
}

/** Lets the store make a part of bytes it has, and answers the ETag of the part. As {@link ObjectStore.copyPart}. */
export async function copyPart(bucket: Bucket, { upload, partNumber, source, signal }: PartCopy): Promise<string> {
  const { facts, offset, length } = source;
  if (offset < 0 || length < 1 || offset + length > facts.size) {
    throw new ObjectStoreError(`${source.key}: ${length} bytes from ${offset} on are not within its ${facts.size}`);
  }
  const isWhole = length === facts.size;
  const command = {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.upload_id,
    PartNumber: partNumber,
    CopySource: `${source.bucket}/${source.key.split('/').map(encodeURIComponent).join('/')}`,
    CopySourceIfMatch: `"${facts.etag}"`,
    // Of small objects S3 copies no ranges.
    CopySourceRange: isWhole ? undefined : `bytes=${offset}-${offset + length - 1}`,
  };
  const asked = bucket.ask(upload.key, signal, (options) =>
    bucket.client.send(new UploadPartCopyCommand(command), options),
  );
  const { CopyPartResult } = await asked.catch(async (error: unknown) => {
    if (error instanceof ObjectChangedError && (await isUnchanged(bucket, source, signal))) {
      const message = `${source.key}: the store cannot tell that it has not changed, and so does not copy it`;
      throw new ObjectStoreUnsupportedError(message, { cause: error });
    }
    throw error;
  });
  const etag = withoutQuotes(CopyPartResult?.ETag);
  if (etag === '') throw new ObjectStoreError(`${upload.key}: the store copies a part and does not tell its ETag`);
  return etag;
}

/** Swift compares the ETag of an object that was uploaded in parts with another one of its own. */
async function isUnchanged(bucket: Bucket, source: PartSource, signal: AbortSignal | undefined): Promise<boolean> {
  const { ETag } = await bucket.ask(source.key, signal, (options) =>
    bucket.client.send(new HeadObjectCommand({ Bucket: source.bucket, Key: source.key }), options),
  );
  return withoutQuotes(ETag) === source.facts.etag;
}
