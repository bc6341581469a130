import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { startS3Server } from '../../src/s3/index.ts';
import type { S3UnderTest } from './s3-under-test.ts';

const ADMIN = { access_key: 'admin', secret_key: 'secret of the administrator' };
const TENANT = { access_key: 'tenant', secret_key: 'secret of the tenant' };

/** The embedded server in this process, with clients of the given settings. */
export async function openEmbeddedS3(settings: Partial<S3ClientConfig>): Promise<S3UnderTest> {
  const directory = await mkdtemp(join(tmpdir(), 'imago-s3-'));
  const server = await startS3Server({ directory, adminKey: ADMIN });
  await server.createBucket('of-the-tenant');
  await server.addKey({ ...TENANT, buckets: ['of-the-tenant'] });
  const clients: S3Client[] = [];
  const { endpoint, region } = server;
  return {
    endpoint,
    region,
    owner: { accessKeyId: ADMIN.access_key, secretAccessKey: ADMIN.secret_key },
    confined: {
      credentials: { accessKeyId: TENANT.access_key, secretAccessKey: TENANT.secret_key },
      bucket: 'of-the-tenant',
    },
    client: (credentials) => {
      const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, ...settings });
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.destroy();
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}
