import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { InstallationUser } from '@imago/system';

/** A tenant's bucket, used with the tenant's own key. */
export class Bucket {
  readonly #client: S3Client;
  readonly name: string;

  constructor(s3: { readonly endpoint: string; readonly region: string }, user: InstallationUser) {
    this.name = user.s3.bucket;
    this.#client = new S3Client({
      ...s3,
      credentials: { accessKeyId: user.s3.access_key, secretAccessKey: user.s3.secret_key },
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async putFile(key: string, path: string): Promise<void> {
    const { size } = await stat(path);
    const object = { Bucket: this.name, Key: key, Body: createReadStream(path), ContentLength: size };
    await this.#client.send(new PutObjectCommand(object));
  }

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.name, Key: key }));
  }

  close(): void {
    this.#client.destroy();
  }
}
