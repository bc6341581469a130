import type { QueryRunner } from 'typeorm';

/** Creates the table of a service's comparisons, as part of the service's own migration. `schema` is the service's name. */
export async function createReconciliationTable(runner: QueryRunner, schema: string): Promise<void> {
  await runner.query(`CREATE TABLE "${schema}".reconciliations (
    name text NOT NULL,
    region text NOT NULL,
    next_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    compared integer NOT NULL DEFAULT 0,
    found integer NOT NULL DEFAULT 0,
    repaired integer NOT NULL DEFAULT 0,
    differences jsonb NOT NULL DEFAULT '[]',
    error text,
    CONSTRAINT reconciliations_pkey PRIMARY KEY (name, region))`);
}

/** Undoes {@link createReconciliationTable}. */
export async function dropReconciliationTable(runner: QueryRunner, schema: string): Promise<void> {
  await runner.query(`DROP TABLE "${schema}".reconciliations`);
}
