import { seededRandom } from './sample-disk.ts';
import type { SmallFile } from './small-files.ts';

/** Values that break readers, and offsets that are right elsewhere in small files; of 8, 4 and 2 bytes, either way round. */
const NASTY = [
  ...[0n, 1n, 2n, 6n, 7n, 8n, 0x200n, 0x3ffn, 0x400n, 0xfffn, 0x1000n, 0xffffn, 2n ** 20n],
  ...[2n ** 20n + 6n, 2n ** 31n, 2n ** 32n - 2n, 2n ** 32n - 1n, 2n ** 40n, 2n ** 53n, 2n ** 62n],
  ...[2n ** 63n, 2n ** 64n - 512n, 2n ** 64n - 1n],
];

/** The file with one to four things changed where it matters; the same for the same seed. May be cut short. */
export function mutant({ regions, seal }: Pick<SmallFile, 'regions' | 'seal'>, valid: Buffer, seed: number): Buffer {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const file = Buffer.from(valid);
  for (let change = below(4); change >= 0; change -= 1) {
    const [start, length] = within(regions[below(regions.length)] ?? [0, 0], file.length);
    const width = [1, 2, 4, 8][below(4)] ?? 1;
    const at = Math.min(start + width * below(Math.ceil(length / width)), file.length - 8);
    if (at < 0) continue;
    const kind = random();
    if (kind < 0.25) file[at] = (file[at] ?? 0) ^ (1 << below(8));
    else if (kind < 0.4) file[at] = below(256);
    else if (kind < 0.5) file.copy(file, at, start + below(length), start + length);
    else writeNumber(file, { at, width, value: nasty(random), bigEndian: random() < 0.5 });
  }
  // Of most the checksums are right, or nobody would look at the rest.
  const sealed = seal && random() < 0.9 ? seal(file) : file;
  return random() < 0.07 ? sealed.subarray(0, below(sealed.length)) : sealed;
}

/** As much of a region as a file has that was cut short before. */
function within([start, length]: readonly [number, number], bytes: number): [number, number] {
  const from = Math.min(start, Math.max(0, bytes - 8));
  return [from, Math.max(1, Math.min(length, bytes - from))];
}

function nasty(random: () => number): bigint {
  if (random() < 0.3) return BigInt(Math.floor(random() * 64));
  const value = NASTY[Math.floor(random() * NASTY.length)] ?? 0n;
  return random() < 0.2 ? value + BigInt(Math.floor(random() * 16)) : value;
}

interface Place {
  readonly at: number;
  readonly width: number;
  readonly value: bigint;
  readonly bigEndian: boolean;
}

function writeNumber(file: Buffer, { at, width, value, bigEndian }: Place): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  const low = bytes.subarray(0, width);
  (bigEndian ? low.reverse() : low).copy(file, at);
}
