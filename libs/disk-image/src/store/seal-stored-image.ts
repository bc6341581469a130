import type { PartRecord } from './part-record.ts';

/** Bytes of a cluster of a stored image. */
export const STORED_CLUSTER_SIZE = 2 ** 20;

export interface SealedImage {
  /** Part 1. */
  readonly head: Buffer;
  /** Bytes of the whole object. */
  readonly size: number;
  /** Content of `<key>.index`. */
  readonly index: Buffer;
  /** SHA-256 over the index, hex: the image's identity. */
  readonly indexHash: string;
  /** Bytes of the disk in clusters that hold data. */
  readonly allocatedBytes: number;
}

/** Makes the head and the index of a stored image. Pure: the same records give the same bytes. */
export function sealStoredImage(virtualSize: number, parts: readonly PartRecord[]): SealedImage {
  throw new Error(`${virtualSize} bytes in ${parts.length} parts are not sealed yet`);
}
