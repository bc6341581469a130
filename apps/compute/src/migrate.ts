import { migrateProgram } from '@imago/persistence';
import { COMPUTE_MIGRATIONS } from './migrations/compute-migrations.ts';

await migrateProgram('compute', COMPUTE_MIGRATIONS);
