import type { ReadinessPoint, ReadinessReport } from '@imago/contracts';
import { bootPoint } from './points/boot-point.ts';
import { dhcpPoint } from './points/dhcp-point.ts';
import type { DiskFacts } from './points/disk-points.ts';
import { fstabPoint } from './points/fstab-point.ts';
import { hostKeysPoint, linuxInitialisationPoint, linuxVirtioPoint } from './points/linux-points.ts';
import { machineIdPoint, persistentNetPoint } from './points/linux-points.ts';
import { architecturePoint, operatingSystemPoint, seenArchitecture } from './points/system-points.ts';
import { notOfWindows, windowsInitialisationPoint, windowsNetworkPoint } from './points/windows-points.ts';
import { windowsVirtioPoint } from './points/windows-points.ts';
import type { Declared } from './declared.ts';
import type { Budget } from './disk/budget.ts';
import { printable } from './disk/printable.ts';
import { Unreadable } from './disk/unreadable.ts';
import { type Finding, makePoint, type PointName } from './report.ts';
import { findSystem, type FoundSystem, type SystemSearch } from './system/find-system.ts';
import { linuxIdentity, type SystemIdentity } from './system/os-release.ts';
import { windowsIdentity } from './system/windows-identity.ts';

/** The points that need the files of a system, in their order. */
const FILE_POINTS = [
  'dhcp',
  'persistent_net_rules',
  'initialisation',
  'fstab',
  'virtio',
  'machine_id',
  'ssh_host_keys',
] as const satisfies readonly PointName[];

type FilePoint = (typeof FILE_POINTS)[number];
type Rules = Record<FilePoint, () => Promise<Finding>>;

/** What of a report a system disk has and a data disk has not. */
export interface SystemFindings {
  readonly points: ReadinessPoint[];
  readonly operatingSystem: ReadinessReport['operating_system'];
}

/** Looks at the system of a disk. */
export async function examineSystem(facts: DiskFacts, declared: Declared, budget: Budget): Promise<SystemFindings> {
  const search = await searched(facts, budget);
  const system = search.status === 'found' ? search.system : null;
  const known = { identity: null as SystemIdentity | null, architecture: null as string | null };
  const need = (): FoundSystem => system ?? fail(search);
  const points = [
    await makePoint('operating_system', async () => {
      if (search.status === 'none') return noSystem();
      known.identity = await identityOf(need());
      return operatingSystemPoint(known.identity, declared);
    }),
    await makePoint('architecture', async () => {
      const seen = await seenArchitecture(need());
      known.architecture = seen?.name ?? null;
      return architecturePoint(seen, declared);
    }),
    await makePoint('boot_mode', () => bootPoint(facts, declared, budget)),
  ];
  const rules = system && rulesOf(system, facts);
  for (const point of FILE_POINTS) points.push(await makePoint(point, () => rules?.[point]() ?? fail(search)));
  return { points, operatingSystem: system && describe(system, known) };
}

async function searched({ volumes }: DiskFacts, budget: Budget): Promise<SystemSearch> {
  try {
    return await findSystem(volumes, budget);
  } catch (error) {
    if (error instanceof Unreadable) return { status: 'unknown', reason: error.message, where: error.where };
    throw error;
  }
}

function identityOf(system: FoundSystem): Promise<SystemIdentity | null> {
  return system.type === 'linux' ? linuxIdentity(system) : windowsIdentity(system);
}

function noSystem(): Finding {
  return {
    status: 'problem',
    seen: 'There is no operating system on the disk that is known',
    remedy: 'Make the image of a disk with an operating system, or import it as a data disk.',
  };
}

/** Throws why there is no system whose files one could look at. */
function fail(search: SystemSearch): never {
  if (search.status === 'unknown') throw new Unreadable(search.reason, search.where);
  throw new Unreadable('there is no operating system whose files could be looked at');
}

function rulesOf(system: FoundSystem, { volumes }: DiskFacts): Rules {
  const { tree } = system;
  if (system.type === 'linux')
    return {
      dhcp: () => dhcpPoint(tree),
      persistent_net_rules: () => persistentNetPoint(tree),
      initialisation: () => linuxInitialisationPoint(tree),
      fstab: () => fstabPoint(system, volumes),
      virtio: () => linuxVirtioPoint(tree),
      machine_id: () => machineIdPoint(tree),
      ssh_host_keys: () => hostKeysPoint(tree),
    };
  const without = (): Promise<Finding> => Promise.resolve(notOfWindows());
  return {
    dhcp: () => Promise.resolve(windowsNetworkPoint()),
    persistent_net_rules: without,
    initialisation: () => windowsInitialisationPoint(tree),
    fstab: without,
    virtio: () => windowsVirtioPoint(tree),
    machine_id: without,
    ssh_host_keys: without,
  };
}

function describe(
  { type, where }: FoundSystem,
  { identity, architecture }: { identity: SystemIdentity | null; architecture: string | null },
): ReadinessReport['operating_system'] {
  const version = identity?.version ?? null;
  return {
    os_type: type,
    os_distro: identity?.distro ?? null,
    os_version: version === null ? null : printable(version, 100) || null,
    name: printable(identity?.name ?? `a ${type} system on ${where}`, 200),
    architecture: architecture === 'x86_64' || architecture === 'aarch64' ? architecture : null,
  };
}
