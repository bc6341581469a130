import { createCipheriv } from 'node:crypto';

/** The same numbers for the same seed, from 0 up to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SECTOR = 512;

/**
 * A small disk with all that a disk has: long holes, text, half-regular bytes, random bytes, constant bytes, in runs of
 * a sector up to a MiB. The same seed makes the same disk.
 */
export function sampleDisk(seed: number, size: number): Buffer {
  const random = seededRandom(seed);
  const disk = Buffer.alloc(size);
  const noise = seededBytes(seed, 2 ** 20 + 4096);
  for (let at = 0; at < size;) {
    const longest = random() < 0.3 ? 2048 : 200;
    const end = Math.min(size, at + SECTOR * Math.ceil(random() * longest));
    fillRun(disk.subarray(at, end), { random, noise });
    at = end;
  }
  return disk;
}

/** The same random bytes for the same seed. */
export function seededBytes(seed: number, length: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeDoubleBE(seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

function fillRun(run: Buffer, { random, noise }: { random: () => number; noise: Buffer }): void {
  const kind = random();
  const from = Math.floor(random() * 4096);
  if (kind < 0.4) return;
  if (kind < 0.5) run.fill(1 + Math.floor(random() * 255));
  else if (kind < 0.7) run.fill(`${Math.floor(random() * 1e9)} bottles of beer on the wall, ${random()}\n`);
  else noise.copy(run, 0, from);
  // Every other sector regular: it compresses, and not well.
  if (kind > 0.85) for (let at = 0; at < run.length; at += 2 * SECTOR) run.fill('regular ', at, at + SECTOR);
}
