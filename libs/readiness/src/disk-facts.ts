import type { CachedDisk } from './disk/cached-disk.ts';
import { readingFrom, Unreadable } from './disk/unreadable.ts';
import { hasBootCode } from './partitions/mbr.ts';
import { readPartitionTable } from './partitions/partition-table.ts';
import type { DiskFacts } from './points/disk-points.ts';
import { findVolumes, type Volume } from './volumes/volumes.ts';

const SECTOR = 512;

/** What can be found out of the disk, and why it is not all when it is not. */
export async function factsOf(disk: CachedDisk): Promise<{ facts: DiskFacts; failure: Unreadable | null }> {
  let facts: DiskFacts = { table: null, volumes: [], bootCode: false };
  try {
    return await readingFrom(disk.name, async () => {
      if (disk.size >= SECTOR) facts = { ...facts, bootCode: hasBootCode(await disk.read(0, SECTOR)) };
      facts = { ...facts, table: await readPartitionTable(disk) };
      facts = { ...facts, volumes: await findVolumes(disk, facts.table) };
      return { facts, failure: null };
    });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const where = error.where ?? disk.name;
    return { facts: { ...facts, volumes: [unread(where, error.message)] }, failure: error };
  }
}

function unread(where: string, reason: string): Volume {
  return { where, partition: null, content: { type: 'unreadable', reason } };
}
