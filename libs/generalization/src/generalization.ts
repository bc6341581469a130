import type { PointName } from '@imago/readiness';

/** Bytes that are other ones on the generalized disk. */
export interface Patch {
  /** Of the whole disk. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/** One thing that is changed, in words for the tenant. No secret is ever in them. */
export interface Change {
  /** The point of the readiness report that it mends. */
  readonly point: PointName;
  readonly path: string;
  readonly was: string;
  readonly now: string;
}

/** Why something is left as it is. */
export type LeftCode =
  /** There is no Linux whose files could be changed. */
  | 'no_linux'
  /** It cannot be read, or reading it takes more than is allowed. */
  | 'unreadable'
  /** Its file system is none that is written. */
  | 'file_system'
  /** The partition or volume is not alone on its place of the disk. */
  | 'shared_place'
  | 'needs_recovery'
  | 'not_clean'
  | 'unknown_feature'
  | 'inconsistent'
  /** More would change than is allowed. */
  | 'too_much'
  | 'does_not_fit'
  | 'hard_links'
  /** What the inode says of the file: immutable, encrypted, in the inode itself, and the like. */
  | 'file_attributes'
  | 'reserved_blocks'
  | 'quota'
  /** Nothing on the disk would make new keys. */
  | 'no_key_maker'
  | 'no_dhcp_client'
  | 'not_certain'
  /** The file says more than can be rewritten safely. */
  | 'not_safe'
  /** It is no matter of rewriting a file. */
  | 'by_hand'
  /** cloud-init does it when a server starts. */
  | 'by_cloud_init';

/** One thing that is not as it should be, and is not changed. */
export interface LeftAsIs {
  readonly code: LeftCode;
  readonly point: PointName;
  /** A path or a place of the disk; null when it is about the whole disk. */
  readonly where: string | null;
  readonly reason: string;
  /** What the tenant can do. */
  readonly remedy: string;
}

/** What makes a disk fit for many servers. */
export interface Generalization {
  /** Sorted and disjoint; laid over the disk they give the generalized one. */
  readonly patches: readonly Patch[];
  readonly changes: readonly Change[];
  readonly left: readonly LeftAsIs[];
  /** Bytes read of the disk. */
  readonly bytesRead: number;
}

/** What of a limit or of a fault is told when something is left. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: LeftCode;
  readonly remedy: string;

  constructor(code: LeftCode, reason: string, remedy: string) {
    super(reason);
    this.code = code;
    this.remedy = remedy;
  }
}

/** What is damaged is repaired where the disk comes from, not here. */
export function inconsistent(what: string): Refusal {
  return new Refusal('inconsistent', what, 'Check the file system with `e2fsck -f`, and make the image again.');
}
