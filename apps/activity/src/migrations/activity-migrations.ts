import { CreateActivity1764000000000 } from './1764000000000-create-activity.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const ACTIVITY_MIGRATIONS = [CreateActivity1764000000000];
