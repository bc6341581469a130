import type { ByteRegion } from '../disk/byte-region.ts';
import { uuidText } from '../disk/guid.ts';
import { BudgetSpent, readingFrom, Unreadable } from '../disk/unreadable.ts';
import type { FileSystem } from '../file-systems/file-system.ts';
import { openFileSystem } from '../file-systems/open-file-system.ts';
import { type Partition, partitionRegion, type PartitionTable } from '../partitions/partition-table.ts';
import { logicalVolumes, type PhysicalVolume, readPhysicalVolume } from './lvm.ts';

const MOST_VOLUMES = 128;

/** A place of the disk that may have a file system, and what it has. */
export interface Volume {
  /** `the disk`, `partition 2`, `volume vg/root`. */
  readonly where: string;
  readonly partition: Partition | null;
  readonly content: VolumeContent;
}

/** What a volume has. */
export type VolumeContent =
  | { readonly type: 'file_system'; readonly system: FileSystem }
  /** Something else that is known, as `swap`. */
  | { readonly type: 'other'; readonly name: string; readonly uuid: string | null }
  | { readonly type: 'unreadable'; readonly reason: string }
  | { readonly type: 'empty' };

/** All volumes of the disk: its partitions, or itself when it has none, and what LVM makes of them. */
export async function findVolumes(disk: ByteRegion, table: PartitionTable | null): Promise<Volume[]> {
  const found: Volume[] = [];
  const physical: PhysicalVolume[] = [];
  for (const { region, partition } of places(disk, table)) {
    const { content, lvm } = await contentOf(region);
    found.push({ where: region.name, partition, content });
    if (lvm) physical.push(lvm);
  }
  for (const volume of logicalVolumes(physical)) {
    const where = `volume ${volume.name}`;
    const content: VolumeContent =
      volume.status === 'readable'
        ? (await contentOf(volume.region)).content
        : { type: 'unreadable', reason: volume.reason };
    found.push({ where, partition: null, content });
  }
  return found.slice(0, MOST_VOLUMES);
}

function places(disk: ByteRegion, table: PartitionTable | null): { region: ByteRegion; partition: Partition | null }[] {
  if (!table) return [{ region: disk, partition: null }];
  return table.partitions
    .slice(0, MOST_VOLUMES)
    .map((partition) => ({ region: partitionRegion(disk, partition), partition }));
}

/** What cannot be read is damaged, and the other volumes are looked at all the same. */
async function contentOf(region: ByteRegion): Promise<{ content: VolumeContent; lvm: PhysicalVolume | null }> {
  try {
    const lvm = await readingFrom(region.name, () => readPhysicalVolume(region));
    if (lvm) return { content: { type: 'other', name: 'lvm', uuid: null }, lvm };
    return { content: (await otherContent(region)) ?? (await fileSystemContent(region)), lvm: null };
  } catch (error) {
    if (!(error instanceof Unreadable) || error instanceof BudgetSpent) throw error;
    return { content: { type: 'unreadable', reason: error.message }, lvm: null };
  }
}

async function fileSystemContent(region: ByteRegion): Promise<VolumeContent> {
  const system = await openFileSystem(region);
  return system ? { type: 'file_system', system } : { type: 'empty' };
}

async function otherContent(region: ByteRegion): Promise<VolumeContent | null> {
  if (region.size < 65_536) return null;
  const first = await region.read(0, 4096);
  if (first.toString('latin1', 4086, 4096) === 'SWAPSPACE2')
    return { type: 'other', name: 'swap', uuid: uuidText(first.subarray(0x40c, 0x41c)) };
  if (first.toString('latin1', 0, 6) === 'LUKS\xba\xbe')
    return { type: 'other', name: 'luks', uuid: first.toString('latin1', 168, 204).replace(/\0.*$/s, '') || null };
  return null;
}
