import type { Difference, IdRange } from '@imago/contracts';
import type { Findings } from './reconciliation.ts';

export interface PagedComparison<Entry> {
  /** Entries that are asked for at once; of one id there are always fewer. */
  readonly size: number;
  readonly idOf: (entry: Entry) => string;
  /** The next entries after an id, in the order of their ids; several may have the same. */
  readonly next: (after: string | null) => Promise<readonly Entry[]>;
  /** What the other service tells differently in a range of ids: also what is there and should not be. */
  readonly compare: (range: Omit<IdRange, 'region'>, entries: readonly Entry[]) => Promise<readonly Difference[]>;
}

/** Compares two truths page by page, so that neither of them is ever in memory as a whole. */
export async function comparePages<Entry>(comparison: PagedComparison<Entry>): Promise<Findings> {
  const differences: Difference[] = [];
  let compared = 0;
  for (let after: string | null = null; ;) {
    const { entries, up_to }: Page<Entry> = wholeIds(await comparison.next(after), comparison);
    compared += entries.length;
    differences.push(...(await comparison.compare({ after, up_to }, entries)));
    if (up_to === null) return { compared, differences };
    after = up_to;
  }
}

interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** The last id that is looked at; null when nothing follows. */
  readonly up_to: string | null;
}

/** Of the last id of a full page there may be more: it is left for the next one. */
function wholeIds<Entry>(
  entries: readonly Entry[],
  { size, idOf }: Pick<PagedComparison<Entry>, 'size' | 'idOf'>,
): Page<Entry> {
  const cut = entries.at(-1);
  if (entries.length < size || cut === undefined) return { entries, up_to: null };
  const whole = entries.filter((entry) => idOf(entry) !== idOf(cut));
  const last = whole.at(-1);
  if (last === undefined) throw new Error(`${idOf(cut)} alone fills a page of ${size}`);
  return { entries: whole, up_to: idOf(last) };
}
