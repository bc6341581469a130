import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An upload may be staged: kept as it comes, its format judged by the import that reads it. */
export class StagedFiles1765410000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE import.upload_sessions ADD COLUMN stages boolean NOT NULL DEFAULT false,
      DROP CONSTRAINT upload_sessions_open_check`);
    await runner.query(`ALTER TABLE import.upload_sessions ADD CONSTRAINT upload_sessions_open_check
      CHECK (state NOT IN ('open', 'finishing', 'finished') OR
        (owner IS NOT NULL AND object_id IS NOT NULL AND key IS NOT NULL AND (disk_format IS NOT NULL OR stages)
          AND upload_id IS NOT NULL))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM import.upload_sessions WHERE stages');
    await runner.query(`ALTER TABLE import.upload_sessions DROP CONSTRAINT upload_sessions_open_check,
      DROP COLUMN stages`);
    await runner.query(`ALTER TABLE import.upload_sessions ADD CONSTRAINT upload_sessions_open_check
      CHECK (state NOT IN ('open', 'finishing', 'finished') OR
        (owner IS NOT NULL AND object_id IS NOT NULL AND key IS NOT NULL AND disk_format IS NOT NULL
          AND upload_id IS NOT NULL))`);
  }
}
