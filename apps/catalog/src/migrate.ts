import { migrateProgram } from '@imago/persistence';
import { CATALOG_MIGRATIONS } from './migrations/catalog-migrations.ts';

await migrateProgram('catalog', CATALOG_MIGRATIONS);
