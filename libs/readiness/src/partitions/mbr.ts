import type { ByteRegion } from '../disk/byte-region.ts';
import type { Partition, PartitionTable } from './partition-table.ts';

const SECTOR = 512;
const TABLE_AT = 446;
const ENTRY = 16;
const EXTENDED = new Set([0x05, 0x0f, 0x85]);
/** A chain of logical partitions is as long as its disk says; systems take no more than these. */
const MOST_LOGICAL = 60;
/** Protective entry of a GPT. */
const PROTECTIVE = 0xee;

interface Entry {
  readonly status: number;
  readonly type: number;
  /** Sectors. */
  readonly start: number;
  readonly count: number;
}

/** The table of an MBR with the logical partitions of its extended one; null when the sector is not one. */
export async function readMbr(disk: ByteRegion, first: Buffer): Promise<PartitionTable | null> {
  if (!hasSignature(first) || isBootSectorOfFileSystem(first)) return null;
  const entries = entriesOf(first);
  const plausible = entries.every(({ status }) => status === 0 || status === 0x80);
  if (!plausible || entries.every(isEmpty)) return null;
  const faults: string[] = [];
  const partitions: Partition[] = [];
  for (const [index, entry] of entries.entries()) {
    if (!isEmpty(entry) && !EXTENDED.has(entry.type)) partitions.push(partitionOf(entry, index + 1, 0));
  }
  for (const entry of entries.filter(({ type }) => EXTENDED.has(type)))
    partitions.push(...(await logicalPartitions(disk, entry, faults)));
  return { kind: 'mbr', partitions, faults };
}

/** Whether a GPT hides behind this sector. */
export function isProtective(first: Buffer): boolean {
  return hasSignature(first) && entriesOf(first).some(({ type }) => type === PROTECTIVE);
}

/** Whether the sector has code where a BIOS starts to run it. */
export function hasBootCode(first: Buffer): boolean {
  return hasSignature(first) && first.subarray(0, 64).some((byte) => byte !== 0);
}

/** The file systems of Windows have the same signature on a disk without partitions. */
function isBootSectorOfFileSystem(first: Buffer): boolean {
  const isJump = first[0] === 0xeb || first[0] === 0xe9;
  const names = [first.toString('latin1', 3, 11), first.toString('latin1', 54, 59), first.toString('latin1', 82, 87)];
  return isJump && (names[0] === 'NTFS    ' || /^FAT(12|16|  )/.test(names[1] ?? '') || names[2] === 'FAT32');
}

function hasSignature(sector: Buffer): boolean {
  return sector.readUInt16LE(510) === 0xaa55;
}

function entriesOf(sector: Buffer): Entry[] {
  return [0, 1, 2, 3].map((index) => {
    const at = TABLE_AT + index * ENTRY;
    const [start, count] = [sector.readUInt32LE(at + 8), sector.readUInt32LE(at + 12)];
    return { status: sector.readUInt8(at), type: sector.readUInt8(at + 4), start, count };
  });
}

function isEmpty({ type, start, count }: Entry): boolean {
  return type === 0 || start === 0 || count === 0;
}

function partitionOf({ status, type, start, count }: Entry, number: number, base: number): Partition {
  return {
    number,
    start: (base + start) * SECTOR,
    size: count * SECTOR,
    type: `0x${type.toString(16).padStart(2, '0')}`,
    active: status === 0x80,
  };
}

/** Each sector of the chain has one partition and the place of the next sector, which a hostile disk makes a circle. */
async function logicalPartitions(disk: ByteRegion, extended: Entry, faults: string[]): Promise<Partition[]> {
  const found: Partition[] = [];
  const visited = new Set<number>();
  let sector: number | null = extended.start;
  while (sector !== null) {
    if (visited.has(sector) || visited.size >= MOST_LOGICAL || (sector + 1) * SECTOR > disk.size) {
      faults.push('The chain of logical partitions is damaged');
      break;
    }
    visited.add(sector);
    const content = await disk.read(sector * SECTOR, SECTOR);
    if (!hasSignature(content)) {
      faults.push(`The chain of logical partitions is damaged at sector ${sector}`);
      break;
    }
    const entries = entriesOf(content);
    const logical = entries.find((entry) => !isEmpty(entry) && !EXTENDED.has(entry.type));
    if (logical) found.push(partitionOf(logical, 5 + found.length, sector));
    const next = entries.find((entry) => !isEmpty(entry) && EXTENDED.has(entry.type));
    sector = next ? extended.start + next.start : null;
  }
  return found;
}
