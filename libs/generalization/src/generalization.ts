import type { LEFT_CODES } from '@imago/contracts';
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
export type LeftCode = (typeof LEFT_CODES)[number];

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
