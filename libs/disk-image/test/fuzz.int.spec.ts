import { describe, expect, it } from 'vitest';
import { FUZZ } from './config.ts';
import { BufferSource, CountingSource, InspectionRefusal, openDisk } from '../src/index.ts';
import { seededRandom, SMALL, smallQcow2 } from '../src/testing/index.ts';

const { mutations: MUTATIONS, seed: SEED } = FUZZ;
const MIB = 2 ** 20;

/** Values that break readers, and some that are right elsewhere in the file. */
const NASTY = [
  0n,
  1n,
  7n,
  0x200n,
  0xfffn,
  0xffffn,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n,
  2n ** 64n - 1n,
  BigInt(SMALL.l1),
  BigInt(SMALL.l2[0]),
  BigInt(SMALL.data[0]),
  BigInt(SMALL.compressed),
  BigInt(SMALL.fileSize),
  (1n << 63n) | BigInt(SMALL.data[1]),
  (1n << 62n) | BigInt(SMALL.compressed + 9),
];

/** A valid file with one to four things changed in its header, its tables or its compressed data. */
function mutant(seed: number): Buffer {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const file = smallQcow2({ version: random() < 0.2 ? 2 : 3, compression: random() < 0.5 ? 'zlib' : 'zstd' });
  const regions = [
    [0, 160],
    [SMALL.l1, 16],
    [SMALL.l2[0], 64],
    [SMALL.l2[1], 16],
    [SMALL.compressed, 80],
  ] as const;
  for (let change = below(4); change >= 0; change -= 1) {
    const [start, length] = regions[below(regions.length)] ?? regions[0];
    const at = start + below(length);
    const kind = random();
    if (kind < 0.3) file[at] = (file[at] ?? 0) ^ (1 << below(8));
    else if (kind < 0.5) file[at] = below(256);
    else if (kind < 0.9) file.writeBigUInt64BE(NASTY[below(NASTY.length)] ?? 0n, start + 8 * below(length / 8));
    else file.writeUInt32BE(below(64), start + 4 * below(length / 4));
  }
  return random() < 0.1 ? file.subarray(0, below(file.length)) : file;
}

/** Reads the first and the last of what is said to be there, and every cluster. */
async function readAll(source: CountingSource): Promise<void> {
  const { reader, inspection } = await openDisk(source, 'qcow2');
  expect(inspection.allocatedBytes).toBeLessThanOrEqual(reader.virtualSize);
  await reader.read(0, Math.min(MIB, reader.virtualSize));
  await reader.read(reader.virtualSize - 512, 512);
  let clusters = 0;
  for await (const { data } of reader.clusters({ clusterSize: MIB })) {
    expect(data.length).toBeLessThanOrEqual(MIB);
    clusters += 1;
  }
  // Every cluster holds a byte of the file that no other one has.
  expect(clusters).toBeLessThanOrEqual(SMALL.fileSize / 512);
}

describe('a file changed at random', () => {
  it(`is refused, or read within its bounds (${MUTATIONS} files from seed ${SEED})`, async () => {
    const codes = new Map<string, number>();
    const before = process.memoryUsage().rss; // this process has run other tests
    for (let count = 0; count < MUTATIONS; count += 1) {
      const seed = SEED * 1_000_003 + count;
      const file = mutant(seed);
      const source = new CountingSource(new BufferSource(file)); // throws at a read outside of the file
      try {
        await readAll(source);
        codes.set('read', (codes.get('read') ?? 0) + 1);
      } catch (error) {
        if (!(error instanceof InspectionRefusal)) throw new Error(`The file of seed ${seed}`, { cause: error });
        codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
      }
      expect(source.bytes).toBeLessThan(20 * SMALL.fileSize);
    }
    expect(codes.get('read')).toBeGreaterThan(MUTATIONS / 50);
    expect(codes.size).toBeGreaterThan(8);
    // Tables of any size it asks for are never taken on trust.
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 30);
  });
});
