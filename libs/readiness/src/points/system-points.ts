import type { Declared } from '../declared.ts';
import type { Finding } from '../report.ts';
import type { FoundSystem } from '../system/find-system.ts';
import type { SystemIdentity } from '../system/os-release.ts';

export type Architecture = 'x86_64' | 'aarch64';

const LINUX_PROGRAMS = ['/bin/sh', '/usr/bin/sh', '/sbin/init', '/usr/lib/systemd/systemd', '/bin/busybox'];
const WINDOWS_PROGRAMS = ['/Windows/System32/ntoskrnl.exe', '/Windows/System32/winload.exe'];
const ELF_MACHINES: Readonly<Record<number, string>> = { 3: 'i386', 40: 'arm', 62: 'x86_64', 183: 'aarch64' };
const PE_MACHINES: Readonly<Record<number, string>> = { 0x14c: 'i386', 0x8664: 'x86_64', 0xaa64: 'aarch64' };

/** What a program of the system is made for. */
export interface SeenArchitecture {
  readonly name: string;
  readonly where: string;
}

/** Whether the system is the one that is declared. */
export function operatingSystemPoint(identity: SystemIdentity | null, declared: Declared): Finding {
  if (!identity) return { status: 'unknown', seen: 'There is a system, which does not say what it is' };
  const { distro, version, name, where } = identity;
  const seen = `It is ${name}`;
  const { os_distro, os_version } = declared;
  if (os_distro === null) return { status: 'ok', seen, where };
  const remedy = 'Correct the operating system of the image, or import the file that was meant.';
  const said = `${seen}, and ${os_distro} ${os_version ?? ''} is declared`;
  if (distro !== os_distro) return { status: 'problem', seen: said, where, remedy };
  if (os_version === null || version === null || areSame(version, os_version)) return { status: 'ok', seen, where };
  const isMinor = majorOf(version) === majorOf(os_version) && distro !== 'ubuntu' && distro !== 'windows';
  return { status: isMinor ? 'warning' : 'problem', seen: said, where, remedy };
}

/** 7.9.2009 is 7, and 7.9. */
function areSame(found: string, declared: string): boolean {
  const [one, other] = [found.toLowerCase(), declared.toLowerCase()];
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? version;
}

/** What the first program that is found is made for; null when none is. */
export async function seenArchitecture({ tree, type }: FoundSystem): Promise<SeenArchitecture | null> {
  for (const where of type === 'linux' ? LINUX_PROGRAMS : WINDOWS_PROGRAMS) {
    const head = await tree.bytes(where, 4096);
    const name = head && (elfMachine(head) ?? peMachine(head));
    if (name) return { name, where };
  }
  return null;
}

function elfMachine(head: Buffer): string | null {
  if (head.length < 20 || head.toString('latin1', 0, 4) !== '\x7fELF') return null;
  const machine = head.readUInt8(5) === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  return ELF_MACHINES[machine] ?? `ELF machine ${machine}`;
}

function peMachine(head: Buffer): string | null {
  if (head.length < 64 || head.toString('latin1', 0, 2) !== 'MZ') return null;
  const at = head.readUInt32LE(60);
  if (at + 6 > head.length || head.toString('latin1', at, at + 2) !== 'PE') return null;
  const machine = head.readUInt16LE(at + 4);
  return PE_MACHINES[machine] ?? `PE machine 0x${machine.toString(16)}`;
}

/** Whether the system is made for the processors that are declared. */
export function architecturePoint(seen: SeenArchitecture | null, declared: Declared): Finding {
  if (!seen) return { status: 'unknown', seen: 'No program was found that shows it' };
  const { name, where } = seen;
  const isDeclared = declared.architecture === null || declared.architecture === name;
  if (isDeclared && (name === 'x86_64' || name === 'aarch64'))
    return { status: 'ok', seen: `Its programs are made for ${name}`, where };
  if (name === 'i386' && declared.architecture !== 'aarch64')
    return { status: 'warning', seen: 'Its programs are made for i386, of 32 bits', where, remedy: null };
  return {
    status: 'problem',
    seen: `Its programs are made for ${name}, and ${declared.architecture ?? 'nothing'} is declared`,
    where,
    remedy: 'Correct the architecture of the image, or import the file that was meant.',
  };
}
