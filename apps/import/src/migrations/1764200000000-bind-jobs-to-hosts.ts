import { addJobHosts, dropJobHosts } from '@imago/jobs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** All services with jobs share the statements that read and write them, and those know of hosts. */
export class BindJobsToHosts1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addJobHosts(runner, 'import');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropJobHosts(runner, 'import');
  }
}
