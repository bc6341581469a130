import { migrateProgram } from '@imago/persistence';
import { QUOTA_MIGRATIONS } from './migrations/quota-migrations.ts';

await migrateProgram('quota', QUOTA_MIGRATIONS);
