import { createHash } from 'node:crypto';
import { type ClusterIndex, STORED_CLUSTER_SIZE, unpackIndex } from '@imago/disk-image';

const HASH_BYTES = 32;
/** Most bytes that an entry and what stands before all entries take in the object. */
const ENTRY_BYTES = 40;
const HEADER_BYTES = 32;
const ZEROS = Buffer.alloc(STORED_CLUSTER_SIZE);

/** Most bytes an index of a disk of this size has. */
export function longestIndex(virtualSize: number): number {
  return HEADER_BYTES + ENTRY_BYTES * Math.ceil(virtualSize / STORED_CLUSTER_SIZE);
}

/** What every cluster of an image must be: the hashes of its index, as columns. */
export class ClusterHashes {
  readonly #clusters: Uint32Array;
  readonly #hashes: Buffer;

  private constructor({ clusters }: ClusterIndex) {
    this.#clusters = new Uint32Array(clusters.length);
    this.#hashes = Buffer.alloc(clusters.length * HASH_BYTES);
    clusters.forEach(({ index, hash }, at) => {
      this.#clusters[at] = index;
      this.#hashes.set(hash, at * HASH_BYTES);
    });
  }

  /** @throws Error when the bytes are not the index that was promised. */
  static from(packed: Buffer, promised: { readonly hash: string; readonly virtualSize: number }): ClusterHashes {
    if (createHash('sha256').update(packed).digest('hex') !== promised.hash) {
      throw new Error('The index is not the one of the image');
    }
    const index = unpackIndex(packed);
    if (index.virtualSize !== promised.virtualSize) throw new Error('The index is of a disk of another size');
    return new ClusterHashes(index);
  }

  /** Whether a cluster has the bytes it must have; what the index does not know must be zeros. */
  fit(cluster: number, data: Buffer): boolean {
    const at = this.#find(cluster);
    if (at === undefined) return isZeros(data);
    const hash = createHash('sha256')
      .update(data)
      .update(ZEROS.subarray(data.length)) // the last cluster is hashed as a whole one
      .digest();
    return this.#hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES).equals(hash);
  }

  #find(cluster: number): number | undefined {
    let low = 0;
    let high = this.#clusters.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#clusters[middle] ?? 0;
      if (found === cluster) return middle;
      if (found < cluster) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}

/** For at most a cluster of bytes. */
export function isZeros(data: Buffer): boolean {
  return data.equals(ZEROS.subarray(0, data.length));
}
