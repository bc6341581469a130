import { migrateProgram } from '@imago/persistence';
import { CAPTURE_MIGRATIONS } from './migrations/capture-migrations.ts';

await migrateProgram('capture', CAPTURE_MIGRATIONS);
