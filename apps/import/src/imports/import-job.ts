import type { ImageFacts, RequestOf, RequestImport } from '@imago/contracts';
import type { JobRecord, PhaseContext } from '@imago/jobs';

/** What was asked for. Never changes. */
export interface ImportInput {
  readonly source: RequestOf<typeof RequestImport>['source'];
  readonly disk_format: RequestOf<typeof RequestImport>['disk_format'];
  readonly facts: ImageFacts;
}

/** What the phases have found out so far; each fills in its own part. */
export interface ImportData {
  /** The file as it was when the import began; a changed ETag ends the import. */
  readonly source?: { readonly etag: string; readonly size: number };
  /** Where catalog lets the image be written. */
  readonly object?: { readonly object_id: string; readonly key: string };
  readonly inspection?: { readonly virtual_size: string; readonly allocated_bytes: string };
  readonly upload?: { readonly upload_id: string };
  readonly sealed?: {
    readonly size: number;
    readonly etag: string;
    readonly index_hash: string;
    readonly allocated_bytes: string;
  };
  readonly verified?: { readonly checksum: string; readonly os_hash_value: string };
}

export type ImportJob = JobRecord<ImportInput, ImportData>;
export type ImportPhaseContext = PhaseContext<ImportInput, ImportData>;

/** The phases of an import, in their order. */
export const IMPORT_PHASES = ['admit', 'inspect', 'transfer', 'seal', 'verify', 'activate'] as const;
export type ImportPhaseName = (typeof IMPORT_PHASES)[number];

/** The address as a tenant writes it. */
export function sourceUri(source: ImportInput['source']): string {
  return `s3://${source.bucket}/${source.object}`;
}

/**
 * The image an import makes.
 * @throws Error for a job without one, which no import has.
 */
export function imageOf(job: Pick<ImportJob, 'id' | 'image_id'>): string {
  if (job.image_id === null) throw new Error(`Import ${job.id} has no image`);
  return job.image_id;
}

/**
 * What an earlier phase must have left.
 * @throws Error when it did not, which is a bug in the phase table.
 */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`The phase before this one did not save ${name}`);
  return value;
}
