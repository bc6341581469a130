import { Unreadable } from '../../disk/unreadable.ts';
import { exactNumber, type ExtentList } from '../file-system.ts';

export const ATTRIBUTES = {
  list: 0x20,
  data: 0x80,
  indexRoot: 0x90,
  indexAllocation: 0xa0,
  bitmap: 0xb0,
  reparse: 0xc0,
};
const END = 0xffffffff;
const STRIDE = 512;
const MOST_ATTRIBUTES = 256;

/** An attribute of a record of the MFT. */
export interface NtfsAttribute {
  readonly type: number;
  readonly name: string;
  readonly flags: number;
  /** Null when the content is elsewhere. */
  readonly resident: Buffer | null;
  /** Bytes of the content; of a later part of an attribute, nothing that counts. */
  readonly size: number;
  /** Bytes of it that were written; the rest reads as zeros. */
  readonly initialized: number;
  readonly lowestCluster: number;
  /** The run list of content that is elsewhere. */
  readonly runs: Buffer;
}

/** A record as it was before its sectors were marked, which shows that all of them were written. */
export function unmarked(record: Buffer, magic: string): Buffer {
  if (record.toString('latin1', 0, 4) !== magic) throw new Unreadable('A record of NTFS is damaged');
  const [at, count] = [record.readUInt16LE(4), record.readUInt16LE(6)];
  const mark = record.readUInt16LE(at);
  for (let index = 1; index < count; index += 1) {
    const end = index * STRIDE - 2;
    if (record.readUInt16LE(end) !== mark) throw new Unreadable('A record of NTFS was not written whole');
    record.writeUInt16LE(record.readUInt16LE(at + index * 2), end);
  }
  return record;
}

/** The attributes of a record. */
export function attributesOf(record: Buffer): NtfsAttribute[] {
  const found: NtfsAttribute[] = [];
  for (let at = record.readUInt16LE(20); record.readUInt32LE(at) !== END;) {
    const length = record.readUInt32LE(at + 4);
    if (length < 24 || at + length > record.length || found.length >= MOST_ATTRIBUTES)
      throw new Unreadable('A record of NTFS is damaged');
    found.push(attributeOf(record.subarray(at, at + length)));
    at += length;
  }
  return found;
}

function attributeOf(bytes: Buffer): NtfsAttribute {
  const nameAt = bytes.readUInt16LE(10);
  const shared = {
    type: bytes.readUInt32LE(0),
    name: bytes.toString('utf16le', nameAt, nameAt + bytes.readUInt8(9) * 2),
    flags: bytes.readUInt16LE(12),
  };
  if (bytes.readUInt8(8) === 0) {
    const [size, at] = [bytes.readUInt32LE(16), bytes.readUInt16LE(20)];
    const resident = bytes.subarray(at, at + size);
    return { ...shared, resident, size: resident.length, initialized: size, lowestCluster: 0, runs: Buffer.alloc(0) };
  }
  const isFirst = bytes.length >= 64;
  return {
    ...shared,
    resident: null,
    size: isFirst ? exactNumber(bytes.readBigUInt64LE(48)) : 0,
    initialized: isFirst ? exactNumber(bytes.readBigUInt64LE(56)) : 0,
    lowestCluster: exactNumber(bytes.readBigUInt64LE(16)),
    runs: bytes.subarray(bytes.readUInt16LE(32)),
  };
}

/** The runs of an attribute: lengths and distances from the last run, each of as many bytes as its head says. */
export function addRuns({ runs, lowestCluster }: NtfsAttribute, clusterSize: number, found: ExtentList): void {
  let [cluster, logical] = [0, lowestCluster];
  for (let at = 0; at < runs.length && runs[at] !== 0;) {
    const head = runs.readUInt8(at);
    const [lengthBytes, distanceBytes] = [head & 0xf, head >>> 4];
    if (lengthBytes < 1 || lengthBytes > 6 || distanceBytes > 6) throw new Unreadable('A run list of NTFS is damaged');
    const length = runs.readUIntLE(at + 1, lengthBytes);
    if (distanceBytes > 0) cluster += runs.readIntLE(at + 1 + lengthBytes, distanceBytes);
    const physical = distanceBytes === 0 ? null : cluster * clusterSize;
    found.add({ logical: logical * clusterSize, length: length * clusterSize, physical });
    logical += length;
    at += 1 + lengthBytes + distanceBytes;
  }
}
