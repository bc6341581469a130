import type { HeldObject, ImageOrigin } from '@imago/contracts';
import type { Declared } from '@imago/image-transfer';
import type { JobRecord, PhaseContext, PhaseOutcome, TellOfJob } from '@imago/jobs';

/** What a tenant asked to be captured. */
export interface CaptureInput {
  readonly server_id: string;
  /** Null: the system disk. */
  readonly disk_id: string | null;
  /** All its disks, as one full-machine image. */
  readonly scope?: 'machine';
  /** True: its system disk is generalized. */
  readonly generalize?: boolean;
  readonly name: string;
  readonly description: string | null;
  /** The image is to be booted once when it is active. Absent in jobs from before that could be asked for. */
  readonly verify_boot?: boolean;
}

/** What was asked for. Never changes. */
export interface ImageJobInput {
  /** Of a capture; a flattening and a digest are of the job's image, and there is no more to say. */
  readonly capture?: CaptureInput;
}

/** The locked disk as it was when its capture was accepted; any other disk ends the capture. */
export interface LockedDisk {
  readonly id: string;
  /** Bytes. */
  readonly size: string;
  readonly generation: number;
  readonly base: HeldObject | null;
}

/** A data disk of a machine whose turn has not come. */
export interface WaitingDisk {
  readonly image_id: string;
  readonly origin: ImageOrigin;
  readonly declared: Declared;
  readonly disk: LockedDisk;
  /** Bytes that will be read, as far as that is known. */
  readonly work?: string;
}

/** A disk that is stored and proven, whose image waits for those of the others. */
export interface StoredDisk {
  readonly image_id: string;
  readonly origin: ImageOrigin;
  readonly object: AllocatedObject;
  readonly sealed: SealedObject;
  readonly verified: VerifiedObject;
  readonly work: string;
}

/** Where catalog lets an image be written, and on which object it is a layer. */
export interface AllocatedObject {
  readonly object_id: string;
  readonly key: string;
  readonly parent_object_id: string | null;
}

export interface VerifiedObject {
  readonly checksum: string;
  readonly os_hash_value: string;
}

/** What the phases have found out so far; each fills in its own part. */
export interface ImageJobData {
  readonly origin?: ImageOrigin;
  /** What is said of the image of a capture. */
  readonly declared?: Declared;
  readonly disk?: LockedDisk;
  /** True: what is changed of the disk is found out and kept, and belongs to all that is read of it. */
  readonly is_generalized?: true;
  /** Bytes of a disk that are to be read. */
  readonly work?: string;
  /** True: catalog refuses the parent, the image is stored whole. */
  readonly is_whole?: true;
  readonly object?: AllocatedObject;
  readonly upload?: { readonly upload_id: string };
  readonly sealed?: SealedObject;
  readonly verified?: VerifiedObject;
  /** Of a machine: the image of the data disk whose turn it is. The first is the system disk's, the job's own. */
  readonly disk_image_id?: string;
  readonly stored?: readonly StoredDisk[];
  readonly waiting?: readonly WaitingDisk[];
  /** Of a flattening: the hashes the image has already, which what is stored for it must have. */
  readonly known?: { readonly checksum: string | null; readonly os_hash_value: string | null };
}

/** An object that is complete. */
export interface SealedObject {
  /** Bytes of the object. */
  readonly size: number;
  readonly etag: string;
  readonly index_hash: string;
  /** Bytes of `/file`: of a layer, of its flattened form; else of the object. */
  readonly file_size: number;
  /** Bytes of the disk, and of its clusters that hold data in whatever layer. */
  readonly virtual_size: string;
  readonly allocated_bytes: string;
}

/** What this service does, each a table of phases. */
export const IMAGE_JOB_TYPES = ['capture', 'flatten', 'digest'] as const;
export type ImageJobType = (typeof IMAGE_JOB_TYPES)[number];

export type ImageJob = JobRecord<ImageJobInput, ImageJobData>;
export type ImageJobContext = PhaseContext<ImageJobInput, ImageJobData>;
export type Succeeded = Extract<PhaseOutcome<ImageJobInput, ImageJobData>, { succeeded: unknown }>;

interface Next<Name extends string> {
  readonly next: Name;
  readonly data: ImageJobData;
  readonly tells?: TellOfJob<ImageJobInput, ImageJobData>;
}

/** One phase of a table whose phases are named so; resumable from its start. */
export type ImageJobPhase<Name extends string> = (context: ImageJobContext) => Promise<Next<Name> | Succeeded>;

/**
 * Which of them a job is.
 * @throws Error for a type of another service, which this table never has.
 */
export function typeOf(job: Pick<ImageJob, 'id' | 'type'>): ImageJobType {
  const type = IMAGE_JOB_TYPES.find((known) => known === job.type);
  if (type === undefined) throw new Error(`Job ${job.id} is a ${job.type}, which this service does not do`);
  return type;
}
