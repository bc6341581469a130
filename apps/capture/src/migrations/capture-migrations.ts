import { outboxMaintenance } from '@imago/messaging';
import { CreateCapture1764300000000 } from './1764300000000-create-capture.ts';
import { Reconciliations1764500000000 } from './1764500000000-reconciliations.ts';
import { TraceJobs1764800000000 } from './1764800000000-trace-jobs.ts';
import { Generalizations1765404000000 } from './1765404000000-generalizations.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const CAPTURE_MIGRATIONS = [
  CreateCapture1764300000000,
  Reconciliations1764500000000,
  TraceJobs1764800000000,
  outboxMaintenance('capture'),
  Generalizations1765404000000,
];
