import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import type { GetObjectCommandInput, PutObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'vitest';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A real S3 server, and how its clients are made. */
export interface S3UnderTest {
  readonly endpoint: string;
  readonly region: string;
  /** May make buckets and use all that it made. */
  readonly owner: Credentials;
  /** May use this one bucket, which exists, and nothing else. */
  readonly confined: { readonly credentials: Credentials; readonly bucket: string };
  /** A client with the settings under test; its maker destroys it. */
  client(credentials: Credentials): S3Client;
  close(): Promise<void>;
}

/** What the checks of one suite work with: the owner's client and a bucket of its own. */
export interface Suite {
  readonly server: S3UnderTest;
  readonly s3: S3Client;
  readonly bucket: string;
}

export function randomKey(): string {
  return `key-${randomUUID()}`;
}

/** Bytes that do not repeat where parts or blocks begin. */
export function randomBody(size: number): Buffer {
  return randomBytes(size);
}

export function put({ s3, bucket }: Suite, key: string, body: string | Buffer): Promise<PutObjectCommandOutput> {
  return s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
}

/** The bytes of an object, or of the part of it that is asked for. */
export async function read(
  { s3, bucket }: Suite,
  key: string,
  options: Omit<GetObjectCommandInput, 'Bucket' | 'Key'> = {},
): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...options }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

/** How the server refused, as `404 NoSuchKey`. Throws when it did not refuse. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof S3ServiceException) return `${error.$metadata.httpStatusCode ?? 0} ${error.name}`;
  throw new Error('The server did not refuse', { cause: error });
}

/** Equal bytes. By their hash: a matcher compares megabytes one by one. */
export function expectBytes(actual: Buffer | Uint8Array | readonly never[], expected: Buffer): void {
  const identity = (bytes: Buffer): object => ({
    length: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  expect(identity(Buffer.from(actual))).toEqual(identity(expected));
}
