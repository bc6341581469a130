import { deflateSync } from 'node:zlib';
import { HEADER } from '../vmdk/format.ts';
import { SMALL_DISK, smallBlock } from './small-disk.ts';

const { blockSize, data, virtualSize } = SMALL_DISK;
const SECTOR = 512;
const sectors = virtualSize / SECTOR;

/** Where the small file has what. */
export const VMDK = {
  descriptor: SECTOR,
  descriptorBytes: 2 * SECTOR,
  directory: 3 * SECTOR,
  table: 4 * SECTOR,
  grains: 8 * SECTOR,
  /** Place in the table of a grain of the disk. */
  entry: (grain: number): number => 4 * SECTOR + grain * 4,
} as const;

export interface SmallVmdkOptions {
  /** Grains are compressed, as in streamOptimized; `at-end`: and the header of the beginning does not know the directory. */
  readonly kind?: 'plain' | 'compressed' | 'at-end';
  readonly descriptor?: string;
  /** What a compressed grain holds instead of its own stream. */
  readonly stream?: Buffer;
}

export function smallDescriptor(kind: SmallVmdkOptions['kind'] = 'plain', extent?: string): string {
  return [
    '# Disk DescriptorFile',
    'version=1',
    'CID=fffffffe',
    'parentCID=ffffffff',
    `createType="${kind === 'plain' ? 'monolithicSparse' : 'streamOptimized'}"`,
    extent ?? `RW ${sectors} SPARSE "disk.vmdk"`,
    'ddb.adapterType = "lsilogic"',
    '',
  ].join('\n');
}

/** A valid VMDK of a few KiB. */
export function smallVmdk({ kind = 'plain', descriptor, stream }: SmallVmdkOptions = {}): Buffer {
  const start = Buffer.alloc(VMDK.grains);
  const header = start.subarray(0, SECTOR);
  const isPlain = kind === 'plain';
  header.write('KDMV', 0, 'latin1');
  header.writeUInt32LE(isPlain ? 1 : 3, HEADER.version);
  header.writeUInt32LE(isPlain ? 1 : 0x30001, HEADER.flags);
  header.writeBigUInt64LE(BigInt(sectors), HEADER.capacity);
  header.writeBigUInt64LE(BigInt(blockSize / SECTOR), HEADER.grain);
  header.writeBigUInt64LE(1n, HEADER.descriptor);
  header.writeBigUInt64LE(BigInt(VMDK.descriptorBytes / SECTOR), HEADER.descriptorSectors);
  header.writeUInt32LE(512, HEADER.grainsPerTable);
  header.writeBigUInt64LE(BigInt(VMDK.directory / SECTOR), HEADER.directory);
  header.writeBigUInt64LE(BigInt(VMDK.grains / SECTOR), HEADER.firstGrain);
  header.write('\n \r\n', HEADER.newLines, 'latin1');
  header.writeUInt16LE(isPlain ? 0 : 1, HEADER.compression);
  start.write(descriptor ?? smallDescriptor(kind), VMDK.descriptor, VMDK.descriptorBytes, 'utf8');
  start.writeUInt32LE(VMDK.table / SECTOR, VMDK.directory);
  const records: Buffer[] = [];
  let end: number = VMDK.grains;
  for (const grain of data) {
    const record = isPlain ? smallBlock(grain) : compressedGrain(grain, stream);
    start.writeUInt32LE(end / SECTOR, VMDK.entry(grain));
    records.push(record);
    end += record.length;
  }
  if (kind !== 'at-end') return Buffer.concat([start, ...records, Buffer.alloc(isPlain ? 0 : SECTOR)]);
  const footer = Buffer.from(header);
  header.writeBigUInt64LE(2n ** 64n - 1n, HEADER.directory);
  const marker = Buffer.alloc(SECTOR);
  marker.writeUInt32LE(1, 0);
  marker.writeUInt32LE(3, 12);
  return Buffer.concat([start, ...records, marker, footer, Buffer.alloc(SECTOR)]);
}

function compressedGrain(grain: number, stream: Buffer = deflateSync(smallBlock(grain))): Buffer {
  const record = Buffer.alloc(Math.ceil((12 + stream.length) / SECTOR) * SECTOR);
  record.writeBigUInt64LE(BigInt((grain * blockSize) / SECTOR), 0);
  record.writeUInt32LE(stream.length, 8);
  stream.copy(record, 12);
  return record;
}
