import { outboxMaintenance } from '@imago/messaging';
import { CreateCompute1764200000000 } from './1764200000000-create-compute.ts';
import { LockServerDisks1764300000000 } from './1764300000000-lock-server-disks.ts';
import { Reconciliations1764500000000 } from './1764500000000-reconciliations.ts';
import { TraceJobs1764800000000 } from './1764800000000-trace-jobs.ts';
import { BootProofs1765240000000 } from './1765240000000-boot-proofs.ts';
import { LockMachines1765300000000 } from './1765300000000-lock-machines.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const COMPUTE_MIGRATIONS = [
  CreateCompute1764200000000,
  LockServerDisks1764300000000,
  Reconciliations1764500000000,
  TraceJobs1764800000000,
  BootProofs1765240000000,
  LockMachines1765300000000,
  outboxMaintenance('compute'),
];
