import { z } from 'zod';
import type { architecture } from './image.ts';

type Architecture = z.output<typeof architecture>;

/** One version of an operating system that images may have. */
export interface OperatingSystemVersion {
  readonly os_version: string;
  /** True: a minor version may follow, as in `7.6` of `7`. */
  readonly any_minor: boolean;
  readonly architectures: readonly Architecture[];
}

/** An operating system by the name OpenStack's property `os_distro` has for it. */
export interface OperatingSystem {
  readonly os_distro: string;
  readonly name: string;
  readonly os_type: 'linux' | 'windows';
  readonly versions: readonly OperatingSystemVersion[];
}

/** A public image of the product guide, by its exact name, and what is in it. */
export interface CatalogueEntry {
  readonly name: string;
  readonly os_distro: string;
  readonly os_version: string;
}

const X86: readonly Architecture[] = ['x86_64'];
const BOTH: readonly Architecture[] = ['x86_64', 'aarch64'];

function linux(os_distro: string, name: string, versions: readonly OperatingSystemVersion[]): OperatingSystem {
  return { os_distro, name, os_type: 'linux', versions };
}

function exactly(architectures: readonly Architecture[], ...versions: readonly string[]): OperatingSystemVersion[] {
  return versions.map((os_version) => ({ os_version, any_minor: false, architectures }));
}

function withMinors(architectures: readonly Architecture[], ...versions: readonly string[]): OperatingSystemVersion[] {
  return versions.map((os_version) => ({ os_version, any_minor: true, architectures }));
}

/** Every operating system an image file may have (R9), in the order pickers show them. */
export const OPERATING_SYSTEMS: readonly OperatingSystem[] = [
  {
    os_distro: 'windows',
    name: 'Windows Server',
    os_type: 'windows',
    versions: exactly(X86, '2025', '2022', '2019', '2016', '2012 R2', '2012', '2008 R2', '2008'),
  },
  linux('centos', 'CentOS', [...withMinors(BOTH, '8', '7'), ...withMinors(X86, '6')]),
  linux('ubuntu', 'Ubuntu', exactly(BOTH, '26.04', '24.04', '22.04', '20.04', '18.04', '16.04', '14.04')),
  linux('debian', 'Debian', exactly(BOTH, '13', '12', '11')),
  linux('rocky', 'Rocky Linux', withMinors(BOTH, '10', '9', '8')),
  linux('almalinux', 'AlmaLinux', withMinors(BOTH, '10', '9', '8')),
  linux('openeuler', 'openEuler', exactly(BOTH, '24.03', '22.03', '20.03')),
  linux('anolis', 'Anolis OS', [...exactly(BOTH, '23'), ...withMinors(BOTH, '8'), ...withMinors(X86, '7')]),
  linux('kylin', 'Kylin Server', exactly(BOTH, 'V11', 'V10')),
  linux('uos', 'UnionTech OS Server', exactly(BOTH, '25', '20')),
  linux('opensuse', 'openSUSE Leap', exactly(BOTH, '16.0', '15.6', '15.5')),
  linux('fedora-coreos', 'Fedora CoreOS', withMinors(BOTH, '44', '43', '42')),
  linux('imago-demo', 'Imago demo', exactly(X86, '1')),
];

/** The public catalogue of the product guide (§1.5). */
export const PUBLIC_CATALOGUE: readonly CatalogueEntry[] = [
  { name: 'Windows 2019 数据中心 64位', os_distro: 'windows', os_version: '2019' },
  { name: 'Windows 2016 数据中心 64位', os_distro: 'windows', os_version: '2016' },
  { name: 'Windows 2012 数据中心 64位', os_distro: 'windows', os_version: '2012' },
  { name: 'Windows 2012 R2 标准中文版64位', os_distro: 'windows', os_version: '2012 R2' },
  { name: 'Windows 2008 标准中文版64位', os_distro: 'windows', os_version: '2008' },
  ...['6.8', '7.0', '7.2', '7.3', '7.4', '7.5', '7.6', '7.7', '7.8', '8.0', '8.1', '8.2'].map((os_version) => ({
    name: `CentOS${os_version} 64位`,
    os_distro: 'centos',
    os_version,
  })),
  ...['16.04', '18.04', '20.04'].map((os_version) => ({
    name: `Ubuntu ${os_version} 64位`,
    os_distro: 'ubuntu',
    os_version,
  })),
];

/** What is said of the operating system in an image. */
export interface SaidOperatingSystem {
  readonly os_distro: string;
  readonly os_version: string;
  readonly architecture: Architecture;
}

/** The field that is wrong of it, and what is accepted instead. */
export interface OperatingSystemFault {
  readonly field: keyof SaidOperatingSystem;
  readonly message: string;
}

/** What is wrong with an operating system as it is said; null when it is one of the table. */
export function operatingSystemFault(said: SaidOperatingSystem): OperatingSystemFault | null {
  const system = OPERATING_SYSTEMS.find(({ os_distro }) => os_distro === said.os_distro);
  if (system === undefined) {
    const known = OPERATING_SYSTEMS.map(({ os_distro }) => os_distro).join(', ');
    return { field: 'os_distro', message: `must be one of ${known}` };
  }
  const version = system.versions.find((each) => isVersion(said.os_version, each));
  if (version === undefined) {
    const known = system.versions.map(({ os_version, any_minor }) => os_version + (any_minor ? ' (any minor)' : ''));
    return { field: 'os_version', message: `must be, of ${system.os_distro}, one of ${known.join(', ')}` };
  }
  if (version.architectures.includes(said.architecture)) return null;
  const known = version.architectures.join(', ');
  return { field: 'architecture', message: `must be, of ${system.os_distro} ${said.os_version}, one of ${known}` };
}

/** The public images of the catalogue that have this version. */
export function catalogueNames(os_distro: string, version: OperatingSystemVersion): string[] {
  return PUBLIC_CATALOGUE.filter((each) => each.os_distro === os_distro && isVersion(each.os_version, version)).map(
    ({ name }) => name,
  );
}

function isVersion(said: string, { os_version, any_minor }: OperatingSystemVersion): boolean {
  if (said === os_version) return true;
  return (
    any_minor &&
    said.startsWith(`${os_version}.`) &&
    /^\d{1,10}(\.\d{1,10}){0,3}$/.test(said.slice(os_version.length + 1))
  );
}
