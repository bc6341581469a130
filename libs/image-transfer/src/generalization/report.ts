import type { GeneralizationReport } from '@imago/contracts';
import type { Change, Generalization, LeftAsIs } from '@imago/generalization';
import { printable } from '@imago/readiness';

/** Bytes of each of the two lists as JSON that an event has room for, beside the job it tells of. */
const MOST_BYTES = 24 * 1024;
const LONGEST = { path: 300, text: 500 };

/** What is changed and left, as it fits into an event: of what is too much it says how much more there is. */
export function fittingGeneralization({
  changes,
  left,
}: Pick<Generalization, 'changes' | 'left'>): GeneralizationReport {
  const listed = { changes: fitting(changes.map(printableChange)), left: fitting(left.map(printableLeft)) };
  const not_listed = changes.length + left.length - listed.changes.length - listed.left.length;
  return { ...listed, not_listed };
}

/** The first of them. */
function fitting<Entry>(all: readonly Entry[]): Entry[] {
  let bytes = 0;
  return all.filter((entry) => {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    return bytes <= MOST_BYTES;
  });
}

function printableChange({ point, path, was, now }: Change): GeneralizationReport['changes'][number] {
  return { point, path: printable(path, LONGEST.path), was: text(was), now: text(now) };
}

function printableLeft({ code, point, where, reason, remedy }: LeftAsIs): GeneralizationReport['left'][number] {
  return { code, point, where: where && printable(where, LONGEST.path), reason: text(reason), remedy: text(remedy) };
}

function text(long: string): string {
  return printable(long, LONGEST.text);
}
