import type { PartJournal, PhaseOutcome, TellOfJob } from '@imago/jobs';
import type { RequestClient } from '@imago/messaging';
import type { ObjectStore, Regions } from '@imago/object-store';
import type { DataSource } from 'typeorm';
import type { ImportData, ImportInput, ImportJob, ImportPhaseContext, ImportPhaseName } from '../import-job.ts';
import type { ResumableUploads } from '../../resumable-uploads/resumable-uploads.repository.ts';
import type { ScanImage } from '../../scans/scan-image.ts';
import type { SourceRecords } from '../source/source-records.ts';
import type { TenantFiles } from '../source/tenant-files.ts';

/** The token of what the phases work with. */
export const IMPORT_TOOLS = 'IMPORT_TOOLS';

/** What the phases of an import work with. */
export interface ImportTools {
  readonly db: DataSource;
  readonly regions: Regions;
  readonly files: TenantFiles;
  readonly records: SourceRecords;
  readonly uploads: ResumableUploads;
  readonly requests: RequestClient;
  readonly parts: PartJournal;
  readonly scanner: ScanImage;
}

interface Next {
  readonly next: ImportPhaseName;
  readonly data: ImportData;
  readonly tells?: TellOfJob<ImportInput, ImportData>;
}
type Succeeded = Extract<PhaseOutcome<ImportInput, ImportData>, { succeeded: unknown }>;

/** One phase, resumable from its start; where it goes on is a name of the table. */
export type ImportPhase = (context: ImportPhaseContext) => Promise<Next | Succeeded>;

/** The store the image of a job is written to. */
export function imageStore(tools: ImportTools, job: Pick<ImportJob, 'region'>): ObjectStore {
  return tools.regions.get(job.region).store;
}
