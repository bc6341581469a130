import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const SMALL = 1000;
const LARGE = 100_000;

interface Figures {
  readonly operation: string;
  readonly images: number;
  readonly concurrency: number;
  readonly 'CPU ms': number;
}

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

  function cost(operation: string, images: number): number {
    const found = figures.find(
      (each) => each.operation === operation && each.images === images && each.concurrency === 16,
    );
    if (found === undefined) throw new Error(`${operation} was not measured with ${images} images`);
    return found['CPU ms'];
  }

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
