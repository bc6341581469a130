import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const SMALL = 1000;
const MEDIUM = 10_000;
const LARGE = 100_000;

interface Figures {
  readonly operation: string;
  readonly images: number;
  readonly concurrency: number;
  readonly 'CPU ms': number;
  /** How many times what the same rows cost by the bare road, measured around it. */
  readonly times: number;
}

/**
 * How many times the bare road an operation may cost: what it costs beside knowing who asks, deciding, validating, telling
 * and logging. On a machine that others use, too, a figure is a half more or less from one minute to the next.
 */
const MOST_TIMES: Readonly<Record<string, number>> = {
  'list 25': 6,
  'list 100': 8,
  'list by name': 8,
  'list by tag': 9,
  'list by a rare tag': 10,
  'list by property': 9,
  'list by name order': 8,
  'list by size order': 8,
  'marker in the middle': 8,
  show: 5,
  create: 30,
  patch: 11,
};

/** The bench runs on servers of its own, with fsync on, and this is what it says. */
describe('the pace of the API', () => {
  let figures: readonly Figures[];

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'bench/api.ts')], {
      cwd: ROOT,
      maxBuffer: 2 ** 26,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
    for (const line of lines) console.log(line);
    figures = lines.map((line) => JSON.parse(line) as Figures);
  }, 1_800_000);

  function figuresOf(operation: string, images: number): Figures {
    const found = figures.find(
      (each) => each.operation === operation && each.images === images && each.concurrency === 16,
    );
    if (found === undefined) throw new Error(`${operation} was not measured with ${images} images`);
    return found;
  }

  const cost = (operation: string, images: number): number => figuresOf(operation, images)['CPU ms'];

  it.each(Object.entries(MOST_TIMES))('costs no more than so many times the bare road: %s, %d', (operation, most) => {
    for (const images of [SMALL, MEDIUM, LARGE])
      expect(figuresOf(operation, images).times, `${images} images`).toBeLessThan(most);
  });

  it.each([
    ...['list 25', 'list 100', 'list by name', 'list by tag', 'list by name order', 'list by size order'],
    ...['marker in the middle', 'show', 'create', 'patch'],
  ])('a hundred times the images do not make it dearer: %s', (operation) => {
    expect(cost(operation, LARGE)).toBeLessThan(2 * cost(operation, SMALL));
  });

  // One image in a hundred has it: in the small catalogue that is not even a page.
  it.each(['list by a rare tag', 'list by property'])('what is rare is found among many: %s', (operation) => {
    expect(cost(operation, LARGE)).toBeLessThan(4 * cost(operation, SMALL));
  });
});
