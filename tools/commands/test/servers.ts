import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestInfrastructure } from '@imago/testing/infrastructure';
import { ROOT } from '../places.ts';

export interface TestServers {
  /** What test processes need in their environment to find the servers. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts empty servers for one run and writes where they are to a file; see `shareInfrastructure` of libs/testing. */
export async function startTestServers(signal: AbortSignal, say: (line: string) => void): Promise<TestServers> {
  const directory = join(ROOT, '.imago', 'test-run');
  const infrastructure = await startTestInfrastructure({ directory, signal, report: say });
  const file = join(directory, 'addresses.json');
  writeFileSync(file, JSON.stringify(infrastructure.addresses, null, 2), { mode: 0o600 });
  return { env: { IMAGO_TEST_INFRASTRUCTURE: file }, stop: () => infrastructure.stop() };
}
