import { Unreadable } from '../../disk/unreadable.ts';
import { exactNumber } from '../file-system.ts';

const KEY = 17;
const CHUNK = 48;
const STRIPE = 32;
/** Bits of the kinds that spread data over disks. */
const SPREAD = 0x8n | 0x40n | 0x80n | 0x100n;
/** More than a disk of 16 TiB has, and few enough to look through them at each read. */
const MOST_CHUNKS = 20_000;

interface Chunk {
  readonly logical: number;
  readonly length: number;
  readonly physical: number;
}

/** Where logical addresses are on the disk. */
export class ChunkMap {
  /** How much work it is to find an address. */
  get steps(): number {
    return 1 + Math.ceil(this.chunks.size / 16);
  }

  private readonly chunks = new Map<number, Chunk>();

  /** Takes the chunks that the super block has. */
  addArray(array: Buffer): void {
    for (let at = 0; at + KEY + CHUNK <= array.length;) {
      const stripes = array.readUInt16LE(at + KEY + 44);
      this.add(exactNumber(array.readBigUInt64LE(at + 9)), array.subarray(at + KEY));
      at += KEY + CHUNK + stripes * STRIPE;
    }
  }

  add(logical: number, chunk: Buffer): void {
    if (this.chunks.size >= MOST_CHUNKS) throw new Unreadable('There are too many chunks');
    if ((chunk.readBigUInt64LE(24) & SPREAD) !== 0n) return; // what needs it says that it is nowhere
    const length = exactNumber(chunk.readBigUInt64LE(0));
    this.chunks.set(logical, { logical, length, physical: exactNumber(chunk.readBigUInt64LE(CHUNK + 8)) });
  }

  physical(address: number, length: number): number {
    for (const chunk of this.chunks.values()) {
      const within = address - chunk.logical;
      if (within >= 0 && within + length <= chunk.length) return chunk.physical + within;
    }
    throw new Unreadable(`The address ${address} is on no chunk of this disk`);
  }
}
