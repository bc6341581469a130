import { setImmediate as turn } from 'node:timers/promises';

/** Entries that are looked at in one go: some milliseconds. */
const BATCH = 2 ** 18;

/** Entries of a table, `end` not among them. */
export interface Batch {
  readonly start: number;
  readonly end: number;
}

/**
 * A table in batches, between which everybody else has their turn: a large one is the work of seconds, in which a process
 * would lose its leases. Ends with the reason of the signal when it is aborted.
 */
export async function* batchesOf(count: number, signal?: AbortSignal): AsyncGenerator<Batch> {
  for (let start = 0; start < count; start += BATCH) {
    if (start > 0) await turn();
    signal?.throwIfAborted();
    yield { start, end: Math.min(start + BATCH, count) };
  }
}
