import { migrateProgram } from '../src/migrate-program.ts';

/** A service's whole migrate program. */
class CreateNothing1700000000000 {
  up(): Promise<void> {
    return Promise.resolve();
  }
  down(): Promise<void> {
    return Promise.resolve();
  }
}

await migrateProgram('quota', [CreateNothing1700000000000]);
