import { crc32 } from 'node:zlib';
import type { ByteRegion } from '../disk/byte-region.ts';
import { guidText } from '../disk/guid.ts';
import { isProtective } from './mbr.ts';
import type { Partition, PartitionTable } from './partition-table.ts';

const SECTOR = 512;
const MOST_ENTRIES = 1_024;
const UNUSED = '00000000-0000-0000-0000-000000000000';
/** Attribute of an entry: legacy BIOS bootable. */
const LEGACY_BOOT = 4;

/** The GPT of the disk; null when it has none. A copy at the end of the disk is not looked for: systems boot by the first. */
export async function readGpt(disk: ByteRegion, first: Buffer): Promise<PartitionTable | null> {
  const header = await disk.read(SECTOR, Math.min(SECTOR, disk.size - SECTOR));
  const isGpt = header.toString('latin1', 0, 8) === 'EFI PART';
  if (!isGpt && !isProtective(first)) return null;
  const damaged = (fault: string): PartitionTable => ({ kind: 'gpt', partitions: [], faults: [fault] });
  if (!isGpt) return damaged('The first sector says that a GPT follows, and none does');
  if (!headerIsSound(header)) return damaged('The header of the GPT does not match its checksum');
  const [count, size] = [header.readUInt32LE(80), header.readUInt32LE(84)];
  const at = Number(header.readBigUInt64LE(72)) * SECTOR;
  const fits = count <= MOST_ENTRIES && size >= 128 && size <= 1_024 && at + count * size <= disk.size;
  if (!fits) return damaged(`The GPT says it has ${count} entries of ${size} bytes, which cannot be`);
  const entries = await disk.read(at, count * size);
  if (crc32(entries) !== header.readUInt32LE(88)) return damaged('The entries of the GPT do not match their checksum');
  return { kind: 'gpt', partitions: partitionsOf(entries, size), faults: [] };
}

function headerIsSound(header: Buffer): boolean {
  const length = header.readUInt32LE(12);
  if (length < 92 || length > header.length) return false;
  const checked = Buffer.from(header.subarray(0, length));
  checked.writeUInt32LE(0, 16);
  return crc32(checked) === header.readUInt32LE(16);
}

function partitionsOf(entries: Buffer, size: number): Partition[] {
  const found: Partition[] = [];
  for (let index = 0; index * size < entries.length; index += 1) {
    const entry = entries.subarray(index * size, (index + 1) * size);
    const type = guidText(entry.subarray(0, 16));
    const [start, end] = [Number(entry.readBigUInt64LE(32)), Number(entry.readBigUInt64LE(40))];
    if (type === UNUSED || end < start) continue;
    const active = (entry.readUInt8(48) & LEGACY_BOOT) !== 0;
    found.push({ number: index + 1, start: start * SECTOR, size: (end - start + 1) * SECTOR, type, active });
  }
  return found;
}
