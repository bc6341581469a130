import { S3Client } from '@aws-sdk/client-s3';
import type { Disk } from '../../../src/s3/disk.ts';
import { startS3Server } from '../../../src/s3/index.ts';

const ADMIN = { access_key: 'admin', secret_key: 'secret of the administrator' };

/** A server in this process on a data directory, through `disk` when there is one, and its client. */
export async function serveOn(directory: string, disk?: Disk): Promise<{ s3: S3Client; stop: () => Promise<void> }> {
  const server = await startS3Server({ directory, adminKey: ADMIN, durable: false, ...(disk && { disk }) });
  const { endpoint, region } = server;
  const credentials = { accessKeyId: ADMIN.access_key, secretAccessKey: ADMIN.secret_key };
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  const stop = async (): Promise<void> => {
    s3.destroy();
    await server.close();
  };
  return { s3, stop };
}
