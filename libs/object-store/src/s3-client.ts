import { createHash } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { traceCalls } from './store-spans.ts';
import { StoreTransport } from './store-transport.ts';
import type { TransportLimits } from './wire-request.ts';

/** Where a store is and the key that opens it. */
export interface S3Account {
  readonly endpoint: string;
  /** Where others than our services reach it, when that is another address: what links lead to. */
  readonly public_endpoint?: string | undefined;
  readonly region: string;
  readonly access_key: string;
  readonly secret_key: string;
  /** Where the bucket stands in URLs: in the path, as when absent, or before the host. */
  readonly addressing_style?: 'path' | 'virtual';
}

/** Requests whose body is an image's, not a document of ours. */
const DATA = new Set(['PutObjectCommand', 'UploadPartCommand']);

/** Its callers say what went wrong; the SDK would warn on the console that it does not retry. */
const nothing = (): void => undefined;
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The SDK, set up so that it does nothing behind our back and works with stores that are not AWS. */
export function openS3Client(account: S3Account, limits: TransportLimits): S3Client {
  const client = new S3Client({
    endpoint: account.endpoint,
    region: account.region,
    credentials: { accessKeyId: account.access_key, secretAccessKey: account.secret_key },
    forcePathStyle: account.addressing_style !== 'virtual',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Ours retries: it can send a body of several buffers again, waits with jitter and can be aborted meanwhile.
    maxAttempts: 1,
    // A round trip per part, and a store that does not answer it costs seconds.
    expectContinueHeader: false,
    requestHandler: new StoreTransport(limits) as StoreTransport & Record<string, unknown>,
    logger: SILENT,
  });
  traceCalls(client);
  // The signature does not cover the bytes of an image: hashing them would cost more than sending them, and proves
  // nothing that is not proven better when the finished image is read back and hashed before it becomes active.
  client.middlewareStack.add(
    (next, context) => (call) => {
      const { headers } = call.request as { headers: Record<string, string> };
      if (DATA.has(context.commandName ?? '')) headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(call);
    },
    { step: 'build', name: 'imagoUnsignedData' },
  );
  // S3 wants a checksum with a deletion of many; only Content-MD5 is understood by every store.
  client.middlewareStack.add(
    (next, context) => (call) => {
      if (context.commandName === 'DeleteObjectsCommand') {
        const request = call.request as { headers: Record<string, string>; body: string | Uint8Array };
        for (const name of Object.keys(request.headers)) {
          if (/^x-amz-(checksum-|sdk-checksum-|trailer)/i.test(name)) Reflect.deleteProperty(request.headers, name);
        }
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      }
      return next(call);
    },
    { step: 'build', priority: 'low', name: 'imagoContentMd5' },
  );
  return client;
}
