import { afterAll, beforeAll, expect, it } from 'vitest';
import { InspectionRefusal } from '../src/index.ts';
import { mutant, seededRandom, SMALL_FILES, type SmallFile } from '../src/testing/index.ts';
import { BranchCoverage } from './branch-coverage.ts';
import { PROOF } from './config.ts';
import { readWithinBounds } from './read-within-bounds.ts';

/** Inputs between two looks at what has run: a look costs as much as some dozens of them. */
const BATCH = 250;
/** Files that ran something new, kept to be changed further: a VHDX has MiBs. */
const MOST_KEPT = 60;

/** A VHDX takes ten times as long as any other, and gets fewer. */
const shareOf = ({ format }: SmallFile): number => (format === 'vhdx' ? 0.02 : 0.98 / (SMALL_FILES.length - 1));

let coverage: BranchCoverage;
beforeAll(async () => {
  coverage = await BranchCoverage.start();
});
afterAll(() => {
  coverage.end();
});

it.each(SMALL_FILES)(
  'files that were $name are refused or read within bounds, those among them that lead somewhere new led further',
  async (small) => {
    const inputs = Math.round(PROOF.inputs * shareOf(small));
    const corpus = [small.make()];
    const random = seededRandom(PROOF.seed);
    const codes = new Map<string, number>();
    let slowest = 0;
    let rss = 0;
    for (let count = 0; count < inputs; count += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, inputs - count) }, (_, index) => ({
        parent: Math.floor(random() * corpus.length),
        seed: PROOF.seed * 1_000_003 + count + index,
      }));
      const make = ({ parent, seed }: Input): Buffer => mutant(small, corpus[parent] ?? Buffer.alloc(0), seed);
      for (const each of batch) {
        const { outcome, milliseconds } = await tried(make(each), small, each.seed);
        codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
        slowest = Math.max(slowest, milliseconds);
      }
      rss = Math.max(rss, process.memoryUsage().rss);
      corpus.push(...(await ledSomewhereNew(batch, make, small)).slice(0, MOST_KEPT - corpus.length));
    }
    console.log(
      JSON.stringify({ fuzzed: small.name, inputs, blocks: coverage.blocks, codes: codes.size, slowest, rss }),
    );
    expect(codes.get('read')).toBeGreaterThan(0);
    expect(slowest).toBeLessThan(5_000);
    expect(rss).toBeLessThan(1.5 * 2 ** 30);
  },
  7_200_000,
);

interface Input {
  readonly parent: number;
  readonly seed: number;
}

/** Those of a batch that ran code which nothing before ran. */
async function ledSomewhereNew(
  batch: readonly Input[],
  make: (input: Input) => Buffer,
  small: SmallFile,
): Promise<Buffer[]> {
  const unknown = await coverage.unknown();
  if (unknown.size === 0) return [];
  const found: Buffer[] = [];
  for (const input of batch) {
    const file = make(input);
    await tried(file, small, input.seed);
    const now = await coverage.unknown();
    if (now.size > 0) found.push(file);
    coverage.know(now);
  }
  coverage.know(unknown);
  return found;
}

async function tried(file: Buffer, small: SmallFile, seed: number): Promise<{ outcome: string; milliseconds: number }> {
  const start = performance.now();
  const outcome = await readWithinBounds(file, small.format).catch((cause: unknown) => {
    if (cause instanceof InspectionRefusal) return cause.code;
    throw new Error(`A file of seed ${seed} that was ${small.name}`, { cause });
  });
  return { outcome, milliseconds: Math.round(performance.now() - start) };
}
