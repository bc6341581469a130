import { outboxMaintenance } from '@imago/messaging';
import { CreateImport1764000000000 } from './1764000000000-create-import.ts';
import { CreateUploadSessions1764100000000 } from './1764100000000-create-upload-sessions.ts';
import { BindJobsToHosts1764200000000 } from './1764200000000-bind-jobs-to-hosts.ts';
import { TraceJobs1764800000000 } from './1764800000000-trace-jobs.ts';
import { CreateResumableUploads1764900000000 } from './1764900000000-create-resumable-uploads.ts';
import { Reconciliations1764900100000 } from './1764900100000-reconciliations.ts';
import { ImportSources1764910000000 } from './1764910000000-import-sources.ts';
import { StagedFiles1765410000000 } from './1765410000000-staged-files.ts';
import { Scans1765430000000 } from './1765430000000-scans.ts';
import { StagedFilesExpire1765500000000 } from './1765500000000-staged-files-expire.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const IMPORT_MIGRATIONS = [
  CreateImport1764000000000,
  CreateUploadSessions1764100000000,
  BindJobsToHosts1764200000000,
  TraceJobs1764800000000,
  CreateResumableUploads1764900000000,
  Reconciliations1764900100000,
  ImportSources1764910000000,
  outboxMaintenance('import'),
  StagedFiles1765410000000,
  Scans1765430000000,
  StagedFilesExpire1765500000000,
];
