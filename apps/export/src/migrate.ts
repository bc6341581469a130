import { migrateProgram } from '@imago/persistence';
import { EXPORT_MIGRATIONS } from './migrations/export-migrations.ts';

await migrateProgram('export', EXPORT_MIGRATIONS);
