import { type ByteRegion, RegionPart } from '../disk/byte-region.ts';
import { readGpt } from './gpt.ts';
import { readMbr } from './mbr.ts';

/** The only size of a sector that virtual disks have. */
export const SECTOR = 512;

/** One entry of a table. */
export interface Partition {
  /** As the system numbers it: what follows `/dev/vda`. */
  readonly number: number;
  /** Bytes. */
  readonly start: number;
  readonly size: number;
  /** `0x83` of an MBR, the GUID of a GPT in capitals. */
  readonly type: string;
  /** Marked as the one to boot from. */
  readonly active: boolean;
}

/** What a disk says of its partitions. */
export interface PartitionTable {
  readonly kind: 'mbr' | 'gpt';
  readonly partitions: readonly Partition[];
  /** What is wrong with the table; each a sentence. */
  readonly faults: readonly string[];
}

/** The table of the disk; null when it has none. */
export async function readPartitionTable(disk: ByteRegion): Promise<PartitionTable | null> {
  if (disk.size < 2 * SECTOR) return null;
  const first = await disk.read(0, SECTOR);
  const table = (await readGpt(disk, first)) ?? (await readMbr(disk, first));
  return table && { ...table, faults: [...table.faults, ...outsideFaults(disk, table), ...overlapFaults(table)] };
}

/** A partition as a region; what the table says beyond the end of the disk is not there. */
export function partitionRegion(disk: ByteRegion, { number, start, size }: Partition): ByteRegion {
  const first = Math.min(start, disk.size);
  return new RegionPart(disk, { name: `partition ${number}`, start: first, size: Math.min(size, disk.size - first) });
}

function outsideFaults(disk: ByteRegion, { partitions }: PartitionTable): string[] {
  return partitions
    .filter(({ start, size }) => start + size > disk.size)
    .map(({ number }) => `Partition ${number} ends after the end of the disk`);
}

function overlapFaults({ partitions }: PartitionTable): string[] {
  const sorted = [...partitions].sort((one, other) => one.start - other.start);
  return sorted.flatMap((each, index) => {
    const next = sorted[index + 1];
    return next && next.start < each.start + each.size ? [`Partitions ${each.number} and ${next.number} overlap`] : [];
  });
}
