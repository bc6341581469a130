import type * as Sdk from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { S3Admin } from './s3/index.ts';

/** An S3 server and its administrator's key. */
export interface S3Address {
  readonly endpoint: string;
  readonly region: string;
  readonly access_key: string;
  readonly secret_key: string;
  /** True: our own server, which makes keys; any other S3 has its own ways for that. */
  readonly embedded: boolean;
}

export interface S3Key {
  readonly access_key: string;
  readonly secret_key: string;
}

/** What a start or a test asks of an S3 server besides storing objects. Every call may be repeated. */
export interface S3Administration extends S3Address {
  /** Nothing happens when the bucket is there. */
  createBucket(name: string): Promise<void>;
  /** Removes a bucket with all its objects and unfinished uploads. Nothing happens when there is none. */
  deleteBucket(name: string): Promise<void>;
  /** Makes a key that opens the named buckets only. On an S3 that is not ours: answers the administrator's own key. */
  addKey(key: S3Key, buckets: readonly string[]): Promise<S3Key>;
  /** Nothing happens on an S3 that is not ours. */
  removeKey(access_key: string): Promise<void>;
}

export function s3Administration(address: S3Address): S3Administration {
  const { endpoint, region, access_key, secret_key, embedded } = address;
  const own: S3Key = { access_key, secret_key };
  const keys = new S3Admin({ endpoint, region, adminKey: own });
  return {
    ...address,
    createBucket: (name) => createBucket(address, name),
    deleteBucket: (name) => deleteBucket(address, name),
    addKey: async (key, buckets) => {
      if (!embedded) return own;
      await keys.addKey({ ...key, buckets });
      return key;
    },
    removeKey: async (name) => {
      if (embedded) await keys.removeKey(name);
    },
  };
}

async function createBucket(address: S3Address, Bucket: string): Promise<void> {
  const { CreateBucketCommand } = await sdk();
  const { region } = address;
  // The one region that must not be named.
  const place =
    region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } };
  await withClient(address, (client) => client.send(new CreateBucketCommand({ Bucket, ...place }))).catch(
    unless('BucketAlreadyOwnedByYou', 'BucketAlreadyExists'),
  );
}

async function deleteBucket(address: S3Address, Bucket: string): Promise<void> {
  await withClient(address, async (client) => {
    await abortUploads(client, Bucket);
    await deleteObjects(client, Bucket);
    const { DeleteBucketCommand } = await sdk();
    await client.send(new DeleteBucketCommand({ Bucket }));
  }).catch(unless('NoSuchBucket'));
}

/** Each page is taken anew from the start, since what it listed is gone by then. */
async function deleteObjects(client: S3Client, Bucket: string): Promise<void> {
  const { DeleteObjectCommand, ListObjectsV2Command } = await sdk();
  for (;;) {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) return;
    for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  }
}

async function abortUploads(client: S3Client, Bucket: string): Promise<void> {
  const { AbortMultipartUploadCommand, ListMultipartUploadsCommand } = await sdk();
  for (;;) {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    if (Uploads.length === 0) return;
    for (const { Key, UploadId } of Uploads)
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }
}

/** Loaded when it is first needed: most users of this package never make a bucket. */
function sdk(): Promise<typeof Sdk> {
  return import('@aws-sdk/client-s3');
}

async function withClient<T>(address: S3Address, work: (client: S3Client) => Promise<T>): Promise<T> {
  const { S3Client } = await sdk();
  const client = new S3Client({
    endpoint: address.endpoint,
    region: address.region,
    credentials: { accessKeyId: address.access_key, secretAccessKey: address.secret_key },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

function unless(...names: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Error) || !names.includes(error.name)) throw error;
  };
}
