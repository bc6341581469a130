import { execFile } from 'node:child_process';
import { HypervisorError } from '../hypervisor.ts';
import { BARE, SANDBOX } from './machine-arguments.ts';

/** The oldest that knows all the options used here. */
const OLDEST: Version = [6, 2];
/** Milliseconds; none of these runs does any work. */
const PATIENCE = 30_000;

type Version = readonly [major: number, minor: number];

/** What the qemu of a host is and can. */
export interface QemuAbilities {
  readonly version: string;
  /** Whether the kernel and this build can keep a machine from system calls it never needs. */
  readonly sandbox: boolean;
}

/** @throws HypervisorError when it does not run, or is too old. */
export async function qemuAbilities(qemuSystem: string): Promise<QemuAbilities> {
  const said = await run(qemuSystem, ['--version']).catch((error: unknown) => {
    throw new HypervisorError(`Machines cannot run here: ${qemuSystem} does not.`, { cause: error });
  });
  const [, version = '', major = '', minor = ''] = /version ((\d+)\.(\d+)[.\d]*)/.exec(said) ?? [];
  if (version === '') throw new HypervisorError(`Machines cannot run here: ${qemuSystem} is no qemu.`);
  if (isOlder([Number(major), Number(minor)], OLDEST))
    throw new HypervisorError(`Machines cannot run here: qemu ${version} is older than ${OLDEST.join('.')}.`);
  const attempt = run(qemuSystem, [...BARE, '-machine', 'none', ...SANDBOX, '-monitor', 'stdio'], 'quit\n');
  return { version, sandbox: await attempt.then(...always()) };
}

/** Makes an overlay: of exactly that many bytes, and naming no file below it. */
export async function makeOverlay(
  qemuImg: string,
  { path, size, signal }: { readonly path: string; readonly size: bigint; readonly signal: AbortSignal | undefined },
): Promise<void> {
  await run(qemuImg, ['create', '-q', '-f', 'qcow2', '-o', 'compat=1.1', path, String(size)], undefined, signal);
}

/** What one run of a program prints. @throws Error with what it complained of. */
function run(program: string, args: readonly string[], input = '', signal?: AbortSignal): Promise<string> {
  return new Promise((done, failed) => {
    const child = execFile(program, [...args], { timeout: PATIENCE, signal }, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else if (signal?.aborted === true) failed(signal.reason as Error);
      else failed(new Error(`${program}: ${stderr.trim() || error.message}`, { cause: error }));
    });
    child.stdin?.on('error', () => undefined); // it may end without reading
    child.stdin?.end(input);
  });
}

function always(): [() => true, () => false] {
  return [() => true, () => false];
}

function isOlder([major, minor]: Version, [otherMajor, otherMinor]: Version): boolean {
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
