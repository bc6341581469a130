import { CreateImport1764000000000 } from './1764000000000-create-import.ts';
import { CreateUploadSessions1764100000000 } from './1764100000000-create-upload-sessions.ts';
import { BindJobsToHosts1764200000000 } from './1764200000000-bind-jobs-to-hosts.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const IMPORT_MIGRATIONS = [
  CreateImport1764000000000,
  CreateUploadSessions1764100000000,
  BindJobsToHosts1764200000000,
];
