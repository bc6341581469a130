import type { PartJournal, PhaseOutcome } from '@imago/jobs';
import type { RequestClient } from '@imago/messaging';
import type { ObjectStore, Regions } from '@imago/object-store';
import type { ImportData, ImportInput, ImportJob, ImportPhaseContext, ImportPhaseName } from '../import-job.ts';

/** What the phases of an import work with. */
export interface ImportTools {
  readonly regions: Regions;
  readonly requests: RequestClient;
  readonly parts: PartJournal;
}

type Next = { readonly next: ImportPhaseName; readonly data: ImportData };
type Succeeded = Extract<PhaseOutcome<ImportInput, ImportData>, { succeeded: unknown }>;

/** One phase, resumable from its start; where it goes on is a name of the table. */
export type ImportPhase = (context: ImportPhaseContext) => Promise<Next | Succeeded>;

/** The store the image of a job is written to. */
export function imageStore(tools: ImportTools, job: Pick<ImportJob, 'region'>): ObjectStore {
  return tools.regions.get(job.region).store;
}
