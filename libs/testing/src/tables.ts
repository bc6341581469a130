import type { TestOptions } from 'vitest';

/** For tests that `npm test` leaves to `npm test -- --all`: other cases of what it proves by the smallest. */
export const EXHAUSTIVE = { tags: ['exhaustive'] } satisfies TestOptions;

/**
 * A table in two, with the options of each: the first row of every kind, which runs whenever all tests do, and the rest,
 * which is {@link EXHAUSTIVE}. The row that tells most of its kind comes first.
 */
export function firstOfEach<Row>(
  rows: readonly Row[],
  kind: (row: Row) => unknown,
): readonly (readonly [rows: readonly Row[], options: TestOptions])[] {
  const firsts = new Map<unknown, Row>();
  for (const row of rows) if (!firsts.has(kind(row))) firsts.set(kind(row), row);
  return [
    [[...firsts.values()], {}],
    [rows.filter((row) => firsts.get(kind(row)) !== row), EXHAUSTIVE],
  ];
}
