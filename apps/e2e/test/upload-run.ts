import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { StoreProxy } from './store-proxy.ts';
import type { Tenant } from './tenant.ts';

const COMMAND = join(import.meta.dirname, '../../../tools/commands/imago.ts');

/** `npm run imago -- upload`, or what else it does, once, as somebody at a terminal. */
export class UploadRun {
  readonly process: ChildProcess;
  output = '';

  constructor(gateway: string, { user }: Tenant, args: readonly string[], verb = 'upload') {
    const env = {
      PATH: process.env['PATH'] ?? '',
      OS_AUTH_URL: `${gateway}/v3`,
      OS_USERNAME: user.name,
      OS_PASSWORD: user.password,
      OS_PROJECT_ID: user.project_id,
    };
    this.process = spawn(process.execPath, [COMMAND, verb, ...args], { env });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** The exit code, once it has ended; null when it was killed. */
  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close');
    return this.process.exitCode;
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended();
  }
}

/** A part of an upload on its way through the proxy to the store. */
export function isPart(number?: number) {
  return (method: string, { pathname, searchParams }: URL): boolean =>
    method === 'PUT' &&
    pathname.includes('/uploads/') &&
    searchParams.has('uploadId') &&
    (number === undefined || searchParams.get('partNumber') === String(number));
}

/** How often each part was sent so far. */
export function sentParts(proxy: StoreProxy, count: number): ReadonlyMap<number, number> {
  return new Map(Array.from({ length: count }, (_, index) => [index + 1, proxy.count(isPart(index + 1))]));
}
