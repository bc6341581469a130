import { outboxMaintenance } from '@imago/messaging';
import { CreateActivity1764000000000 } from './1764000000000-create-activity.ts';
import { EventsByType1764400000000 } from './1764400000000-events-by-type.ts';
import { LogViewers1764500000000 } from './1764500000000-log-viewers.ts';
import { Webhooks1764600000000 } from './1764600000000-webhooks.ts';
import { OpenJobs1764700000000 } from './1764700000000-open-jobs.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const ACTIVITY_MIGRATIONS = [
  CreateActivity1764000000000,
  EventsByType1764400000000,
  LogViewers1764500000000,
  Webhooks1764600000000,
  OpenJobs1764700000000,
  outboxMaintenance('activity'),
];
