import * as vhdx from '../vhdx/format.ts';
import { smallBlock } from './small-disk.ts';

const { HEADER, ITEM, KIB, MIB, REGION } = vhdx;

/** Where the small file has what. The disk has a block, one that reads as zeros, and a sector of a third. */
export const VHDX = {
  virtualSize: 2 * MIB + 512,
  headers: vhdx.HEADER_PLACES,
  regions: vhdx.REGION_PLACES,
  metadata: MIB,
  /** Values of the metadata, in the order of the items. */
  values: MIB + 64 * KIB,
  table: 2 * MIB,
  blocks: [3 * MIB, 4 * MIB],
  fileSize: 4 * MIB + 512,
} as const;

/** A valid VHDX with as little in it as may be: 4 MiB, most of them zeros. */
export function smallVhdx(): Buffer {
  const file = Buffer.alloc(VHDX.fileSize);
  file.write('vhdxfile', 0, 'latin1');
  VHDX.headers.forEach((at, number) => {
    file.write('head', at, 'latin1');
    file.writeBigUInt64LE(BigInt(number), at + HEADER.number);
    file.writeUInt16LE(1, at + HEADER.version);
  });
  for (const at of VHDX.regions) writeRegions(file, at);
  writeMetadata(file.subarray(VHDX.metadata));
  file.writeBigUInt64LE(BigInt(VHDX.blocks[0] | 6), VHDX.table);
  file.writeBigUInt64LE(BigInt(VHDX.blocks[1] | 6), VHDX.table + 16);
  smallBlock(0, MIB).copy(file, VHDX.blocks[0]);
  smallBlock(2, 512).copy(file, VHDX.blocks[1]);
  return sealedVhdx(file);
}

/** What the guest sees. */
export function smallVhdxContent(): Buffer {
  return Buffer.concat([smallBlock(0, MIB), Buffer.alloc(MIB), smallBlock(2, 512)]);
}

function writeRegions(file: Buffer, at: number): void {
  file.write('regi', at, 'latin1');
  file.writeUInt32LE(2, at + 8);
  for (const [index, [id, offset]] of [
    [REGION.blocks, VHDX.table] as const,
    [REGION.metadata, VHDX.metadata] as const,
  ].entries()) {
    const entry = at + 16 + index * 32;
    id.copy(file, entry);
    file.writeBigUInt64LE(BigInt(offset), entry + 16);
    file.writeUInt32LE(MIB, entry + 24);
    file.writeUInt32LE(1, entry + 28);
  }
}

function writeMetadata(metadata: Buffer): void {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(VHDX.virtualSize));
  const items = [
    [ITEM.fileParameters, Buffer.from(Uint32Array.of(MIB, 0).buffer)],
    [ITEM.diskSize, size],
    [ITEM.logicalSector, Buffer.from(Uint32Array.of(512).buffer)],
    [ITEM.physicalSector, Buffer.from(Uint32Array.of(512).buffer)],
    [ITEM.diskId, Buffer.alloc(16, 7)],
  ] as const;
  metadata.write('metadata', 0, 'latin1');
  metadata.writeUInt16LE(items.length, 10);
  let place = 64 * KIB;
  for (const [index, [id, value]] of items.entries()) {
    const at = (index + 1) * 32;
    id.copy(metadata, at);
    metadata.writeUInt32LE(place, at + 16);
    metadata.writeUInt32LE(value.length, at + 20);
    metadata.writeUInt32LE(index === 0 ? 4 : 6, at + 24);
    place += value.copy(metadata, place);
  }
}

/** Makes the checksums right again. */
export function sealedVhdx(file: Buffer): Buffer {
  const parts = [
    ...VHDX.headers.map((at) => file.subarray(at, at + vhdx.HEADER_BYTES)),
    ...VHDX.regions.map((at) => file.subarray(at, at + vhdx.REGIONS_BYTES)),
  ];
  for (const part of parts) if (part.length > 8) part.writeUInt32LE(vhdx.checksum(part), HEADER.checksum);
  return file;
}
