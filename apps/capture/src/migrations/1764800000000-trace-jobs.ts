import { addJobTraces, dropJobTraces } from '@imago/jobs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** All services with jobs share the statements that read and write them, and those know of traces. */
export class TraceJobs1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addJobTraces(runner, 'capture');
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropJobTraces(runner, 'capture');
  }
}
