import { readFile } from 'node:fs/promises';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { S3Client } from '@aws-sdk/client-s3';
import { freePort } from '../../src/ports.ts';
import { startS3Process } from '../../src/s3-process.ts';
import type { RunningS3 } from '../../src/s3-process.ts';

/** The embedded server as its own process, which a test may kill. */
export interface S3ProcessUnderTest extends RunningS3 {
  readonly s3: S3Client;
  /** MiB that the process has held at most so far. */
  peakMemory(): Promise<number>;
}

export async function openS3Process(directory: string): Promise<S3ProcessUnderTest> {
  const { signal } = new AbortController();
  const server = await startS3Process({ directory, port: await freePort(), signal });
  const { endpoint, region, access_key, secret_key } = server.address;
  const s3 = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: access_key, secretAccessKey: secret_key },
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({ httpAgent: { maxSockets: 300 } }),
  });
  return {
    ...server,
    s3,
    peakMemory: async () => {
      const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    },
    stop: async () => {
      s3.destroy();
      await server.stop();
    },
  };
}
