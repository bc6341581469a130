import { CreateActivity1764000000000 } from './1764000000000-create-activity.ts';
import { EventsByType1764400000000 } from './1764400000000-events-by-type.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const ACTIVITY_MIGRATIONS = [CreateActivity1764000000000, EventsByType1764400000000];
