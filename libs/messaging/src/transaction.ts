import type { DataSource, EntityManager } from 'typeorm';

/** Told of a commit; `published` when the transaction has events to send. */
export type CommitListener = (published: boolean) => void;

const listeners = new WeakMap<DataSource, Set<CommitListener>>();
const withEvents = new WeakSet<EntityManager>();

/**
 * Runs `work` in a transaction, commits, and then wakes the relay if there are events to send, so that they leave
 * within milliseconds instead of at its next poll. Rejects with what `work` threw; nothing is kept then.
 */
export async function inTransaction<T>(dataSource: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  let published = false;
  const result = await dataSource.transaction(async (tx) => {
    const done = await work(tx);
    published = withEvents.has(tx);
    return done;
  });
  for (const listener of listeners.get(dataSource) ?? []) listener(published);
  return result;
}

/** Says that the transaction has events to send. */
export function markForRelay(tx: EntityManager): void {
  withEvents.add(tx);
}

/** Calls `listener` after each commit of {@link inTransaction} on this data source. Answers how to stop that. */
export function afterCommit(dataSource: DataSource, listener: CommitListener): () => void {
  const known = listeners.get(dataSource) ?? new Set();
  listeners.set(dataSource, known.add(listener));
  return () => known.delete(listener);
}
