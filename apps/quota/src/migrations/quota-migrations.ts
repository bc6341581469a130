import { outboxMaintenance } from '@imago/messaging';
import { CreateQuota1764000000000 } from './1764000000000-create-quota.ts';
import { RequestsAndUsage1764400000000 } from './1764400000000-requests-and-usage.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const QUOTA_MIGRATIONS = [CreateQuota1764000000000, RequestsAndUsage1764400000000, outboxMaintenance('quota')];
