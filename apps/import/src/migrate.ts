import { migrateProgram } from '@imago/persistence';
import { IMPORT_MIGRATIONS } from './migrations/import-migrations.ts';

await migrateProgram('import', IMPORT_MIGRATIONS);
