import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly access_key: string;
  readonly secret_key: string;
}

/** More than the head of a small stored image: header, tables and refcounts, a cluster each. */
const HEAD_BYTES = 6 * 2 ** 20;
/** Less than a compressed cluster of a demo disk. */
const DAMAGE_EVERY = 16 * 2 ** 10;

/** A bucket as whoever holds its key sees it. */
export class Bucket {
  readonly name: string;
  readonly #client: S3Client;

  constructor(access: S3Access, name: string) {
    this.name = name;
    this.#client = new S3Client({
      endpoint: access.endpoint,
      region: access.region,
      credentials: { accessKeyId: access.access_key, secretAccessKey: access.secret_key },
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async put(key: string, body: Buffer | string): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: this.name, Key: key, Body: body }));
  }

  async putFile(key: string, path: string): Promise<void> {
    const { size } = await stat(path);
    await this.#client.send(
      new PutObjectCommand({ Bucket: this.name, Key: key, Body: createReadStream(path), ContentLength: size }),
    );
  }

  async get(key: string): Promise<Buffer> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
    if (Body === undefined) throw new Error(`${key} has no body`);
    return Buffer.from(await Body.transformToByteArray());
  }

  /** Turns over bits of the disk in a stored image, in every cluster; its head and tables stay as they are. */
  async damage(key: string): Promise<void> {
    const bytes = await this.get(key);
    for (let at = HEAD_BYTES; at < bytes.length; at += DAMAGE_EVERY) bytes[at] = ~(bytes[at] ?? 0) & 0xff;
    await this.put(key, bytes);
  }

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.name, Key: key }));
  }

  /** Every key, finished or not; the suites keep fewer than one page. */
  async keys(): Promise<{ readonly objects: readonly string[]; readonly uploads: readonly string[] }> {
    const [objects, uploads] = await Promise.all([
      this.#client.send(new ListObjectsV2Command({ Bucket: this.name })),
      this.#client.send(new ListMultipartUploadsCommand({ Bucket: this.name })),
    ]);
    return {
      objects: (objects.Contents ?? []).map(({ Key }) => Key ?? ''),
      uploads: (uploads.Uploads ?? []).map(({ Key }) => Key ?? ''),
    };
  }
}
