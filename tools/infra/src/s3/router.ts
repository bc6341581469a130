import { ADMIN_PREFIX, administerKeys } from './access-keys.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { S3Error } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { header, requireBucketAccess } from './exchange.ts';
import { listObjectsV1, listObjectsV2 } from './list-objects.ts';
import { listParts, listUploads } from './list-uploads.ts';
import { abortUpload, completeUpload, createUpload, uploadPart, uploadPartCopy } from './multipart.ts';
import { copyObject, deleteObject, deleteObjects, getObject, headObject, putObject } from './objects.ts';

type Operation = (exchange: Exchange) => Promise<void>;

const MAX_KEY_BYTES = 1_024;
/** Sub-resources we serve; `x-id` is the SDK's own note of the operation. */
const SERVED = ['uploads', 'uploadId', 'partNumber', 'delete', 'location'];
/** Sub-resources of S3 we do not: to ignore one would do something else than what was asked for. */
const NOT_SERVED = new Set(
  'accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment restore retention select tagging torrent versionId versioning versions website'.split(
    ' ',
  ),
);

/** Runs the operation a request asks for; throws S3Error. */
export async function route(exchange: Exchange): Promise<void> {
  const operation = operationOf(exchange);
  try {
    await operation(exchange);
  } catch (error) {
    if (error instanceof S3Error) await exchange.store.settled(); // a refusal tells of the state as well
    throw error;
  }
}

function operationOf(exchange: Exchange): Operation {
  const { bucket, key, query, auth } = exchange;
  if (bucket === ADMIN_PREFIX) return administerKeys;
  for (const name of query.keys()) if (NOT_SERVED.has(name)) throw new S3Error('NotImplemented');
  const method = exchange.request.method ?? 'GET';
  const subresource = SERVED.filter((name) => query.has(name)).join('&');
  if (bucket === '') {
    if (method === 'GET') return listBuckets;
    throw new S3Error('MethodNotAllowed');
  }
  requireBucketAccess(auth, bucket);
  const operation =
    key === '' ? bucketOperation(method, subresource, query) : objectOperation(exchange, method, subresource);
  if (operation) return operation;
  throw new S3Error(subresource === '' ? 'MethodNotAllowed' : 'NotImplemented');
}

function bucketOperation(method: string, subresource: string, query: URLSearchParams): Operation | undefined {
  switch (`${method} ${subresource}`) {
    case 'GET ':
      return query.get('list-type') === '2' ? listObjectsV2 : listObjectsV1;
    case 'GET location':
      return getBucketLocation;
    case 'GET uploads':
      return listUploads;
    case 'HEAD ':
      return headBucket;
    case 'PUT ':
      return createBucket;
    case 'DELETE ':
      return deleteBucket;
    case 'POST delete':
      return deleteObjects;
    default:
      return undefined;
  }
}

function objectOperation({ request, key }: Exchange, method: string, subresource: string): Operation | undefined {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError');
  const copy = header(request, 'x-amz-copy-source') !== undefined;
  switch (`${method} ${subresource}`) {
    case 'GET ':
      return getObject;
    case 'GET uploadId':
      return listParts;
    case 'HEAD ':
      return headObject;
    case 'PUT ':
      return copy ? copyObject : putObject;
    case 'PUT uploadId&partNumber':
      return copy ? uploadPartCopy : uploadPart;
    case 'POST uploads':
      return createUpload;
    case 'POST uploadId':
      return completeUpload;
    case 'DELETE ':
      return deleteObject;
    case 'DELETE uploadId':
      return abortUpload;
    default:
      return undefined;
  }
}
