import type { ByteRegion } from '../../disk/byte-region.ts';
import { uuidText } from '../../disk/guid.ts';
import { Unreadable } from '../../disk/unreadable.ts';
import { exactNumber } from '../file-system.ts';

const AT = 0x10000;
/** Mixed back references, default subvolume, mixed groups, LZO, zstd, big metadata, extended references, RAID56, skinny metadata, no holes, metadata UUID, RAID1C34. */
const READABLE = 0xfffn;

/** What the super block of btrfs says, checked for what would lead astray. */
export interface BtrfsSuperBlock {
  readonly uuid: string;
  readonly label: string | null;
  readonly nodeSize: number;
  readonly sectorSize: number;
  readonly root: TreeRoot;
  readonly chunkRoot: TreeRoot;
  /** Chunks one needs to find the others. */
  readonly systemChunks: Buffer;
}

/** Where a tree begins, by its logical address, and how deep it is. */
export interface TreeRoot {
  readonly address: number;
  readonly level: number;
}

/** The super block; null when this is another file system. */
export async function readBtrfsSuperBlock(region: ByteRegion): Promise<BtrfsSuperBlock | null> {
  if (region.size < AT + 4096) return null;
  const block = await region.read(AT, 4096);
  if (block.toString('latin1', 0x40, 0x48) !== '_BHRfS_M') return null;
  const unknown = block.readBigUInt64LE(0xbc) & ~READABLE;
  if (unknown !== 0n) throw new Unreadable(`Its features 0x${unknown.toString(16)} are not known`, region.name);
  const devices = block.readBigUInt64LE(0x88);
  if (devices !== 1n)
    throw new Unreadable(`Its btrfs is on ${devices.toString()} disks, which cannot be read`, region.name);
  const said: BtrfsSuperBlock = {
    uuid: uuidText(block.subarray(0x20, 0x30)),
    label: block.toString('utf8', 0x12b, 0x22b).replace(/\0.*$/s, '') || null,
    nodeSize: block.readUInt32LE(0x94),
    sectorSize: block.readUInt32LE(0x90),
    root: { address: exactNumber(block.readBigUInt64LE(0x50)), level: block.readUInt8(0xc6) },
    chunkRoot: { address: exactNumber(block.readBigUInt64LE(0x58)), level: block.readUInt8(0xc7) },
    systemChunks: block.subarray(0x32b, 0x32b + Math.min(2048, block.readUInt32LE(0xa0))),
  };
  const sane = said.nodeSize >= 4096 && said.nodeSize <= 65_536 && said.sectorSize >= 512 && said.sectorSize <= 65_536;
  if (!sane) throw new Unreadable('The super block of its btrfs is damaged', region.name);
  return said;
}
