import type { Service } from '@imago/contracts';
import { prepared } from '@imago/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { inTransaction } from './transaction.ts';

/**
 * Applies a message once: the marker `(consumer, message id)` commits with the effects of `work`, or neither does. A
 * second delivery at the same time waits for the first. False when it had been applied before.
 */
export function once(
  dataSource: DataSource,
  consumer: Service,
  messageId: string,
  work: (tx: EntityManager) => Promise<void>,
): Promise<boolean> {
  return inTransaction(dataSource, async (tx) => {
    const marked: unknown[] = await tx.query(
      prepared(
        `INSERT INTO "${consumer}".inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1`,
      ),
      [consumer, messageId],
    );
    if (marked.length === 0) return false;
    await work(tx);
    return true;
  });
}
