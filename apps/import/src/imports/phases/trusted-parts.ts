import type { UploadedPart } from '@imago/object-store';
import type { StoredPart } from '../parts.repository.ts';

/** The first part with data; part 1 is the head, which is written last. */
const FIRST_DATA_PART = 2;

/**
 * The parts of an earlier attempt to go on after: those from part 2 on without a gap that journal and store agree on.
 * Whatever lies behind a gap was in flight when the worker was lost, and is made again.
 */
export function trustedParts(journal: readonly StoredPart[], uploaded: readonly UploadedPart[]): readonly StoredPart[] {
  const etags = new Map(uploaded.map((part) => [part.part_number, part.etag]));
  const numbered = new Map(journal.map((part) => [part.part_number, part]));
  const trusted: StoredPart[] = [];
  for (let number = FIRST_DATA_PART; ; number++) {
    const part = numbered.get(number);
    if (part === undefined || part.etag !== etags.get(number)) return trusted;
    trusted.push(part);
  }
}
