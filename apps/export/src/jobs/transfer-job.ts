import type {
  ExportDestination,
  ExportDiskFormat,
  ExportedFile,
  ImageInRegion,
  RegisterCopy,
  ResponseOf,
  StoredObject,
} from '@imago/contracts';
import type { ContentHashes } from '@imago/object-store';
import type { JobRecord, PhaseContext, PhaseOutcome } from '@imago/jobs';

/** What a tenant asked to be exported. */
export interface ExportInput {
  readonly disk_format: ExportDiskFormat;
  readonly destination: ExportDestination;
  readonly overwrite: boolean;
  /** Of a full machine: its data disks, each a file of its own. */
  readonly disks?: readonly ImageOfMachine[];
}

/** A data disk that is exported with its machine. */
export interface ImageOfMachine {
  readonly image_id: string;
  readonly position: number;
  readonly object: string;
  /** Bytes of the file, as far as they can be told beforehand: of a qcow2, and of what has the whole disk in it. */
  readonly expected: { readonly qcow2: string; readonly others: string };
}

/** The file whose turn it is. */
export interface FileOfMachine {
  readonly image_id: string;
  readonly object: string;
  /** 0 of the system disk; null of the manifest. */
  readonly position: number | null;
}

/** A disk of a machine that was written and read back. */
export type ExportedDisk = ExportedFile & { readonly position: number };

/** What a tenant asked to be copied. The copy is the job's image, in the job's region. */
export interface CopyInput {
  readonly source: ImageInRegion;
  readonly name: string;
  /** An operator asked, who may copy every image. */
  readonly by_operator: boolean;
}

/** What was asked for. Never changes; each type of job has its own. */
export interface TransferJobInput {
  readonly export?: ExportInput;
  readonly copy?: CopyInput;
}

/** A data disk of a machine that is copied. */
export type CopiedDisk = ResponseOf<typeof RegisterCopy>['data_disks'][number];

/** A disk of a copied machine that is stored and proven. */
export interface StoredCopy {
  readonly image_id: string;
  readonly object: StoredObject;
  readonly etag: string;
}

/** What the phases have found out so far; each fills in its own part. */
export interface TransferJobData {
  /** Of an exported machine: the file whose turn it is, the first is the system disk's; and those that are written. */
  readonly file?: FileOfMachine;
  readonly files?: readonly ExportedDisk[];
  /** Bytes of the file that is made. */
  readonly size?: number;
  readonly upload?: { readonly upload_id: string } | undefined;
  /** Times the upload was lost to somebody else and begun again. */
  readonly lost_uploads?: number;
  /** The md5 `/file` of the image has, where the file has to be the same. */
  readonly checksum?: string;
  /** Its sha512, where the image has one. */
  readonly os_hash_value?: string;
  /** The ETag of the object that was made of the parts. */
  readonly sealed?: { readonly etag: string };
  /** Where catalog lets a copy be written. */
  readonly object?: { readonly object_id: string; readonly key: string };
  /** Of a copied machine: the data disk whose turn it is. The first is the system disk, of the job's own image. */
  readonly disk?: CopiedDisk;
  readonly stored?: readonly StoredCopy[];
  readonly waiting?: readonly CopiedDisk[];
  /** Hashes of a copy, as it was read back. */
  readonly verified?: { readonly checksum: string; readonly os_hash_value: string };
}

/** What this service does, each a table of phases. */
export const TRANSFER_JOB_TYPES = ['export', 'copy'] as const;
export type TransferJobType = (typeof TRANSFER_JOB_TYPES)[number];

export type TransferJob = JobRecord<TransferJobInput, TransferJobData>;
export type TransferJobContext = PhaseContext<TransferJobInput, TransferJobData>;
export type Succeeded = Extract<PhaseOutcome<TransferJobInput, TransferJobData>, { succeeded: unknown }>;

/** One phase of a table whose phases are named so; resumable from its start. */
export type TransferJobPhase<Name extends string> = (
  context: TransferJobContext,
) => Promise<{ readonly next: Name; readonly data: TransferJobData } | Succeeded>;

/**
 * Which of them a job is.
 * @throws Error for a type of another service, which this table never has.
 */
export function typeOf(job: Pick<TransferJob, 'id' | 'type'>): TransferJobType {
  const type = TRANSFER_JOB_TYPES.find((known) => known === job.type);
  if (type === undefined) throw new Error(`Job ${job.id} is a ${job.type}, which this service does not do`);
  return type;
}

/**
 * What a copy is of.
 * @throws Error for a job of another type, which is a bug.
 */
export function copyOf({ id, input }: Pick<TransferJob, 'id' | 'input'>): CopyInput {
  if (input.copy === undefined) throw new Error(`Job ${id} is no copy`);
  return input.copy;
}

/**
 * What an export is of.
 * @throws Error for a job of another type, which is a bug.
 */
export function exportOf({ id, input }: Pick<TransferJob, 'id' | 'input'>): ExportInput {
  if (input.export === undefined) throw new Error(`Job ${id} is no export`);
  return input.export;
}

/** The hashes the made file has to have, where the image it is made of has both. */
export function knownHashes(image: {
  readonly checksum?: string | null;
  readonly os_hash_value?: string | null;
}): ContentHashes | undefined {
  const { checksum: md5, os_hash_value: sha512 } = image;
  return typeof md5 === 'string' && typeof sha512 === 'string' ? { md5, sha512 } : undefined;
}
