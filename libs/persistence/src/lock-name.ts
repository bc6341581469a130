import type { EntityManager } from 'typeorm';
import { prepared } from './prepared.ts';

const LOCK_NAME = prepared('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))');

/**
 * Keeps everybody else who locks the same name waiting until the transaction ends, also where there is no row to lock.
 * @param name begins with the service's: names are of the whole database.
 */
export async function lockName(tx: EntityManager, name: string): Promise<void> {
  await tx.query(LOCK_NAME, [name]);
}
