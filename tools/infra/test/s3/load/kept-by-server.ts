import {
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { contentOf } from './history.ts';
import type { Kept } from './kept.ts';

/** What a server answers when it is asked for all that it has. */
export async function keptByServer(s3: S3Client, Bucket: string): Promise<Kept> {
  const objects = new Map<string, string>();
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  for (const { Key = '' } of Contents) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    objects.set(Key, contentOf((await Body?.transformToByteArray()) ?? Buffer.alloc(0)));
  }
  const uploads = new Map<string, string[]>();
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId = '' } of Uploads) {
    const { Parts = [] } = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    const found = Parts.map(({ PartNumber, ETag }) => `${PartNumber ?? ''} ${ETag ?? ''}`);
    uploads.set(UploadId, found);
  }
  return { objects, uploads };
}
