import { migrateProgram } from '@imago/persistence';
import { SHARING_MIGRATIONS } from './migrations/sharing-migrations.ts';

await migrateProgram('sharing', SHARING_MIGRATIONS);
