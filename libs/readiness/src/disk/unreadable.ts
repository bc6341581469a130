import { printable } from './printable.ts';

/**
 * The disk cannot be read further here: it is damaged, has a form that is not known, or asks for more than a report may
 * spend. It makes the points that depend on it `unknown`, and is never a failure of the report.
 */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  /** A place of the disk, as people know it: `partition 2`, `/etc/fstab`; null when it is about the whole disk. */
  readonly where: string | null;

  constructor(message: string, where: string | null = null) {
    super(message);
    this.where = where;
  }
}

/** Everything that a report may spend is spent. */
export class BudgetSpent extends Unreadable {}

/** The source of the disk failed, which says nothing about the disk: the report fails, and may be asked for again. */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';

  constructor(cause: unknown) {
    super('The source of the disk failed', { cause });
  }
}

/**
 * Does what reads structures of the disk. A number out of the range of its buffer is damage: buffers check their bounds,
 * and so every structure need not.
 */
export async function readingFrom<T>(where: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BudgetSpent) throw error;
    if (error instanceof Unreadable) throw new Unreadable(error.message, error.where ?? where);
    if (error instanceof RangeError) throw new Unreadable(`A structure is damaged: ${printable(error.message)}`, where);
    throw error;
  }
}
