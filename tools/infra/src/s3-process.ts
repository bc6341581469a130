import { mkdir, readFile, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { childReady, startChild, stopLeftovers } from './child.ts';
import type { S3Address } from './s3-administration.ts';
import { secretFile } from './secret-file.ts';

const REGION = 'us-east-1';

export interface S3ProcessOptions {
  /** Where the server keeps objects and keys; a second start with the same directory has the same. */
  readonly directory: string;
  readonly port: number;
  /** False: no fsync, for tests whose data nobody needs after a power cut. Default true. */
  readonly durable?: boolean;
  /** True: begin without the data of earlier starts. */
  readonly empty?: boolean;
  readonly signal: AbortSignal;
}

export interface RunningS3 {
  readonly address: S3Address;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** Starts the embedded S3 server as a process of its own, after stopping one that a killed run left on the same data. */
export async function startS3Process(options: S3ProcessOptions): Promise<RunningS3> {
  const { directory, port, durable = true, signal } = options;
  await stopLeftovers(directory, 'SIGTERM');
  if (options.empty === true) await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const access_key = 'imago-admin';
  const secret_key = await secretFile(join(directory, 'administrator-secret'));
  signal.throwIfAborted();
  const child = await startChild({
    name: 'The S3 server',
    // A small young generation: else dead buffers of bodies wait in it, and 200 MiB become 290.
    command: [process.execPath, '--max-semi-space-size=1', '--conditions=@imago/source', entryPoint()],
    env: {
      PATH: process.env['PATH'],
      UV_THREADPOOL_SIZE: '16', // a part's sync holds a thread for long; reads must not wait for it
      S3_DIRECTORY: join(directory, 'data'),
      S3_HOST: '127.0.0.1',
      S3_PORT: String(port),
      S3_REGION: REGION,
      S3_DURABLE: String(durable),
      S3_ADMIN_ACCESS_KEY: access_key,
      S3_ADMIN_SECRET_KEY: secret_key,
    },
    directory,
    logFile: join(directory, 's3.log'),
    stopSignal: 'SIGTERM',
  });
  try {
    await childReady(child, async () => (await readFile(child.logFile, 'utf8')).includes('"listening"'), signal);
  } catch (error) {
    await child.stop();
    throw error;
  }
  const endpoint = `http://127.0.0.1:${port}`;
  const address = { endpoint, region: REGION, access_key, secret_key, embedded: true };
  return { address, pid: child.process.pid ?? 0, stop: () => child.stop() };
}

/** The same kind of file as this one: TypeScript when run from source, JavaScript when built. */
function entryPoint(): string {
  return join(import.meta.dirname, 's3', `main${extname(import.meta.filename)}`);
}
