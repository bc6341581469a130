import { createReconciliationTable, dropReconciliationTable } from '@imago/reconciliation';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When truths were compared, and what was found. */
export class Reconciliations1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createReconciliationTable(runner, 'catalog');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropReconciliationTable(runner, 'catalog');
  }
}
