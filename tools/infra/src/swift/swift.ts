import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childReady, startChild, stopLeftovers } from '../child.ts';
import { freePort } from '../ports.ts';
import type { S3Address } from '../s3-administration.ts';
import type { SwiftPrograms } from './swift-programs.ts';
import { SWIFT_USER, swiftSettings } from './swift-settings.ts';

const REGION = 'us-east-1';
const SERVERS = join(import.meta.dirname, '../../swift/servers.py');

export interface SwiftOptions {
  /** Where it keeps its data and its settings. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

export interface RunningSwift {
  readonly address: S3Address;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/**
 * Starts OpenStack Swift with its S3 API on a directory: real, and of other makers, to see that what we say of S3 does
 * not hold for our own server alone.
 */
export async function startSwift(programs: SwiftPrograms, options: SwiftOptions): Promise<RunningSwift> {
  const { directory, signal } = options;
  await stopLeftovers(directory, 'SIGTERM');
  await mkdir(join(directory, 'devices/disk'), { recursive: true, mode: 0o700 });
  const ports = {
    proxy: await freePort(),
    account: await freePort(),
    container: await freePort(),
    object: await freePort(),
  };
  const secret_key = randomBytes(16).toString('hex');
  const files = swiftSettings({ directory, port: ports.proxy, region: REGION, secret_key });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 });
  const child = await startChild({
    name: 'OpenStack Swift',
    command: [...programs.python, SERVERS, directory, JSON.stringify(ports)],
    env: programs.env,
    directory,
    logFile: join(directory, 'swift.log'),
    stopSignal: 'SIGTERM',
  });
  const endpoint = `http://127.0.0.1:${ports.proxy}`;
  try {
    await childReady(child, () => answers(endpoint), signal);
  } catch (error) {
    await child.stop();
    throw error;
  }
  const address = { endpoint, region: REGION, access_key: SWIFT_USER, secret_key, embedded: false };
  return { address, pid: child.process.pid ?? 0, stop: () => child.stop() };
}

/** Any answer will do: without a signature it is a refusal. */
async function answers(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  );
}
