import type { TestOptions } from 'vitest';

/**
 * False in `npm test`, which looks at each guarantee once: for what a test looks at beside that, where a case of its own
 * ({@link EXHAUSTIVE}) would tell the same story twice.
 */
export const EVERY_CASE = process.env['IMAGO_TEST_SMALLEST'] !== 'true';

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

/** The work in a phase of a job, as a kind for {@link firstOfEach}: bytes are moved, made one object, or looked at only. */
export function workIn({ phase }: { readonly phase: string }): string {
  return phase === 'transfer' || phase === 'seal' ? phase : 'look';
}

/** How often a property is tried that takes a server and all cases take so many: a quarter in `npm test`. */
export function trials(all: number): number {
  return EVERY_CASE ? all : Math.ceil(all / 4);
}
