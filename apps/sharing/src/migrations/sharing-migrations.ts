import { outboxMaintenance } from '@imago/messaging';
import { CreateSharing1764400000000 } from './1764400000000-create-sharing.ts';
import { Reconciliations1764500000000 } from './1764500000000-reconciliations.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const SHARING_MIGRATIONS = [
  CreateSharing1764400000000,
  Reconciliations1764500000000,
  outboxMaintenance('sharing'),
];
