import type { FoundSystem } from './find-system.ts';
import type { FileTree } from './file-tree.ts';

/** What a system calls itself. */
export interface SystemIdentity {
  /** As OpenStack has it; null when it is not one that images may have. */
  readonly distro: string | null;
  readonly version: string | null;
  readonly name: string;
  /** The file that says so. */
  readonly where: string;
}

/** Ids of /etc/os-release that OpenStack has other names for, or the same. */
const DISTROS: Readonly<Record<string, string>> = {
  almalinux: 'almalinux',
  anolis: 'anolis',
  centos: 'centos',
  debian: 'debian',
  'imago-demo': 'imago-demo',
  kylin: 'kylin',
  openeuler: 'openeuler',
  opensuse: 'opensuse',
  'opensuse-leap': 'opensuse',
  rocky: 'rocky',
  ubuntu: 'ubuntu',
  uos: 'uos',
  uniontech: 'uos',
};

/** First words of /etc/redhat-release, which systems have that know no os-release. */
const RELEASE_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^CentOS/, 'centos'],
  [/^Rocky/, 'rocky'],
  [/^AlmaLinux/, 'almalinux'],
  [/^Anolis/, 'anolis'],
];

/** What a Linux says of itself; null when it says nothing. */
export async function linuxIdentity({ tree }: FoundSystem): Promise<SystemIdentity | null> {
  const release = await redhatRelease(tree);
  for (const where of ['/etc/os-release', '/usr/lib/os-release']) {
    const lines = await tree.lines(where);
    if (!lines) continue;
    const values = parseOsRelease(lines);
    const id = values.get('ID') ?? '';
    const isCoreOs = id === 'fedora' && values.get('VARIANT_ID') === 'coreos';
    const distro = isCoreOs ? 'fedora-coreos' : (DISTROS[id.toLowerCase()] ?? null);
    const version = values.get('VERSION_ID') ?? null;
    const name = values.get('PRETTY_NAME') ?? values.get('NAME') ?? id;
    return { distro, version: withMinor(version, distro === 'centos' ? release : null), name, where };
  }
  return release;
}

/** Assignments as a shell reads them. */
export function parseOsRelease(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value.trim().replace(/^(["'])(.*)\1$/, '$2'));
  }
  return found;
}

async function redhatRelease(tree: FileTree): Promise<SystemIdentity | null> {
  const where = '/etc/redhat-release';
  const name = (await tree.lines(where, 512))?.[0]?.trim();
  if (!name) return null;
  const version = /\d+(\.\d+)*/.exec(name)?.[0] ?? null;
  return { distro: RELEASE_NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? null, version, name, where };
}

/** CentOS has its minor version in the older file alone. */
function withMinor(version: string | null, release: SystemIdentity | null): string | null {
  const longer = release?.version;
  return version !== null && longer?.startsWith(`${version}.`) === true ? longer : version;
}
