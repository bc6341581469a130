import { runtimeRole } from '@imago/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a project was told, and what happened to one thing, are read a page at a time. */
export class LogViewers1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE activity.log_viewers (
      region text NOT NULL,
      project_id text NOT NULL,
      cursor bigint NOT NULL,
      type text NOT NULL,
      CONSTRAINT log_viewers_pkey PRIMARY KEY (region, project_id, cursor))`);
    await runner.query(`INSERT INTO activity.log_viewers (region, project_id, cursor, type)
      SELECT DISTINCT region, viewer, cursor, type FROM activity.log, unnest(audience) AS viewer`);
    await runner.query(`CREATE INDEX log_viewers_type_idx ON activity.log_viewers (region, project_id, type, cursor)`);
    await runner.query('CREATE INDEX log_subject_idx ON activity.log (region, subject, cursor)');
    // As the log itself: its own service cannot hide from anybody what happened.
    await runner.query(`REVOKE UPDATE, DELETE, TRUNCATE ON activity.log_viewers FROM ${runtimeRole('activity')}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX activity.log_subject_idx');
    await runner.query('DROP TABLE activity.log_viewers');
  }
}
