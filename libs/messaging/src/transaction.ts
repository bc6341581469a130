import type { DataSource, EntityManager } from 'typeorm';

const wakers = new WeakMap<DataSource, Set<() => void>>();

/**
 * Runs `work` in a transaction, commits, and then wakes the relay, so that the events leave within milliseconds
 * instead of at its next poll. Rejects with what `work` threw; nothing is kept then.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T> {
  const result = await dataSource.transaction(work);
  for (const wake of wakers.get(dataSource) ?? []) wake();
  return result;
}

/** Calls `wake` after each commit of {@link inTransaction} on this data source. Answers how to stop that. */
export function afterCommit(dataSource: DataSource, wake: () => void): () => void {
  const known = wakers.get(dataSource) ?? new Set();
  wakers.set(dataSource, known.add(wake));
  return () => known.delete(wake);
}
