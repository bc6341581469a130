import type {
  AskedImport,
  FileChecksum,
  ImageScan,
  OfflineOrder,
  RegisteredFacts,
  RequestImport,
  RequestOf,
} from '@imago/contracts';
import type { JobRecord, PhaseContext } from '@imago/jobs';
import type { JobSource } from './source/job-source.ts';
import type { PinnedSource } from './source/source-file.ts';

/** What was asked for. Never changes. */
export interface ImportInput {
  readonly source: JobSource;
  /** What the whole file must hash to; null when nobody said. */
  readonly checksum: FileChecksum | null;
  readonly disk_format: RequestOf<typeof RequestImport>['disk_format'];
  /** What the file is packed with as a whole; orders from before that was possible do not say. */
  readonly compression?: RequestOf<typeof RequestImport>['compression'];
  readonly facts: RegisteredFacts;
  /** The image is to be booted once when it is active. Absent in jobs from before that could be asked for. */
  readonly verify_boot?: boolean;
  /** Of an import into an image that was registered before: how it was asked for. */
  readonly asked?: AskedImport;
  /** Of an import that an operator makes on behalf of the project. */
  readonly offline?: OfflineOrder;
}

/** An object with bytes that were packed. */
export type UnpackedObject = PinnedSource & { readonly key: string };

/** What the phases have found out so far; each fills in its own part. */
export interface ImportData {
  /** The file as it was when the import began; a changed ETag ends the import. */
  readonly source?: PinnedSource;
  /** What was in a packed file, where it lies until the import has ended: the one object of it, or the first. */
  readonly unpacked?: UnpackedObject | undefined;
  /** The objects behind it. Absent in jobs from before there could be several. */
  readonly unpacked_more?: readonly UnpackedObject[];
  /** What was unpacked was lost from the store once. */
  readonly is_unpacked_again?: boolean;
  /** The file that was staged for the image. */
  readonly staged?: { readonly key: string };
  /** Where catalog lets the image be written. */
  readonly object?: { readonly object_id: string; readonly key: string };
  readonly inspection?: { readonly virtual_size: string; readonly allocated_bytes: string };
  readonly upload?: { readonly upload_id: string };
  readonly sealed?: {
    readonly size: number;
    readonly etag: string;
    /** Null of a file that is stored as it is. */
    readonly index_hash: string | null;
    readonly allocated_bytes: string;
  };
  /** What a scan of what is stored came to, of an import on behalf of a project. */
  readonly scanned?: Pick<ImageScan, 'status' | 'seen'> & {
    /** The first thing that was found. */
    readonly malware: ImageScan['malware'][number] | null;
  };
  readonly verified?: { readonly checksum: string; readonly os_hash_value: string };
}

export type ImportJob = JobRecord<ImportInput, ImportData>;
export type ImportPhaseContext = PhaseContext<ImportInput, ImportData>;

/** The phases of an import, in their order. */
export const IMPORT_PHASES = [
  'admit',
  'unpack',
  'inspect',
  'check',
  'transfer',
  'seal',
  'verify',
  'examine',
  'scan',
  'activate',
] as const;
export type ImportPhaseName = (typeof IMPORT_PHASES)[number];
