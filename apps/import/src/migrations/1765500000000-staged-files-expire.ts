import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A staged file has as much room as its project, and waits for its import no longer than it may. */
export class StagedFilesExpire1765500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE import.upload_sessions ADD COLUMN room bigint
      CONSTRAINT upload_sessions_room_check CHECK (room >= 0), ADD COLUMN expires_at timestamptz`);
    // Those that wait already have the day that is usual.
    await runner.query(`UPDATE import.upload_sessions SET expires_at = now() + interval '1 day'
      WHERE stages AND state = 'finished'`);
    await runner.query(`CREATE INDEX upload_sessions_expiry_idx ON import.upload_sessions (expires_at)
      WHERE expires_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE import.upload_sessions DROP COLUMN room, DROP COLUMN expires_at');
  }
}
