import { CreateExport1764800000000 } from './1764800000000-create-export.ts';
import { Copies1764900000000 } from './1764900000000-copies.ts';
import { MachineExports1765300000000 } from './1765300000000-machine-exports.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const EXPORT_MIGRATIONS = [CreateExport1764800000000, Copies1764900000000, MachineExports1765300000000];
