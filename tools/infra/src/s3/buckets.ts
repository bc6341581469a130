import { S3Error } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { isoTime, sendEmpty, sendState } from './exchange.ts';
import type { Store } from './store.ts';

export function listBuckets(exchange: Exchange): Promise<void> {
  const { store, auth } = exchange;
  const { buckets: allowed, access_key } = auth.key;
  const visible = [...store.state.buckets].filter(([name]) => allowed === '*' || allowed.includes(name));
  const Bucket = visible.map(([Name, { created }]) => ({ Name, CreationDate: isoTime(created) }));
  return sendState(exchange, 'ListAllMyBucketsResult', {
    Owner: { ID: access_key, DisplayName: access_key },
    Buckets: { Bucket },
  });
}

export async function createBucket(exchange: Exchange): Promise<void> {
  await addBucket(exchange.store, exchange.bucket);
  exchange.request.resume(); // a location constraint names our only region, if any
  sendEmpty(exchange.response, 200, { location: `/${exchange.bucket}` });
}

/** Throws InvalidBucketName, or BucketAlreadyOwnedByYou when it exists. */
export async function addBucket(store: Store, bucket: string): Promise<void> {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || bucket.includes('..'))
    throw new S3Error('InvalidBucketName');
  if (store.state.buckets.has(bucket)) throw new S3Error('BucketAlreadyOwnedByYou');
  await store.commit({ op: 'create_bucket', bucket, created: Date.now() });
}

/** Open uploads do not keep a bucket; they are aborted with it. */
export async function deleteBucket({ store, bucket, response }: Exchange): Promise<void> {
  if (store.state.bucket(bucket).objects.size > 0) throw new S3Error('BucketNotEmpty');
  const uploads = [...store.state.uploads.values()].filter((upload) => upload.bucket === bucket);
  const changes = uploads.map(({ upload_id }) => store.commit({ op: 'abort', upload_id }));
  await Promise.all([...changes, store.commit({ op: 'delete_bucket', bucket })]);
  sendEmpty(response, 204);
}

export async function headBucket({ store, bucket, region, response }: Exchange): Promise<void> {
  store.state.bucket(bucket);
  await store.settled();
  sendEmpty(response, 200, { 'x-amz-bucket-region': region });
}

/** us-east-1 is the region that has no name. */
export function getBucketLocation(exchange: Exchange): Promise<void> {
  const { store, bucket, region } = exchange;
  store.state.bucket(bucket);
  return sendState(exchange, 'LocationConstraint', region === 'us-east-1' ? '' : region);
}
