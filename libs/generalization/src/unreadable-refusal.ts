import { BudgetSpent, printable, type Unreadable } from '@imago/readiness';
import { Refusal } from './generalization.ts';

/** What a disk that cannot be read is told as. */
export function unreadable(error: Unreadable): Refusal {
  const remedy =
    error instanceof BudgetSpent
      ? 'Change it by hand: the disk takes more reading than is allowed.'
      : 'Check the file system where it comes from, with its `fsck`.';
  return new Refusal('unreadable', printable(error.message, 500), remedy);
}
