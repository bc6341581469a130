import type { StoredPart } from './part-journal.ts';

/**
 * The parts of an earlier attempt to go on after: those from `first` on without a gap that journal and store agree on.
 * Whatever lies behind a gap was in flight when the worker was lost, and is made again.
 */
export function trustedParts(
  journal: readonly StoredPart[],
  uploaded: readonly Pick<StoredPart, 'part_number' | 'etag'>[],
  first: number,
): readonly StoredPart[] {
  const etags = new Map(uploaded.map((part) => [part.part_number, part.etag]));
  const numbered = new Map(journal.map((part) => [part.part_number, part]));
  const trusted: StoredPart[] = [];
  for (let number = first; ; number++) {
    const part = numbered.get(number);
    if (part === undefined || part.etag !== etags.get(number)) return trusted;
    trusted.push(part);
  }
}
