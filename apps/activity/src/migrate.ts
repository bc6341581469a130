import { migrateProgram } from '@imago/persistence';
import { ACTIVITY_MIGRATIONS } from './migrations/activity-migrations.ts';

await migrateProgram('activity', ACTIVITY_MIGRATIONS);
