import { overlap } from '../blocks/own-bytes.ts';

/**
 * Which clusters of the file are spoken for. qemu never points at a cluster twice, so who does is damaged or hostile:
 * with this, a small file cannot claim to be a large disk.
 */
export class HostUse {
  private readonly clusterSize: number;
  private readonly taken: Uint8Array;
  private readonly shared: Uint8Array;

  constructor(fileSize: number, clusterSize: number) {
    this.clusterSize = clusterSize;
    const bytes = Math.ceil(Math.ceil(fileSize / clusterSize) / 8);
    this.taken = new Uint8Array(bytes);
    this.shared = new Uint8Array(bytes);
  }

  /** Takes whole clusters for one owner. `at` is where the file says so. */
  take(offset: number, bytes: number, at: number): void {
    const end = Math.ceil((offset + bytes) / this.clusterSize);
    for (let cluster = Math.floor(offset / this.clusterSize); cluster < end; cluster += 1) {
      const bit = 1 << (cluster & 7);
      const byte = cluster >>> 3;
      if ((((this.taken[byte] ?? 0) | (this.shared[byte] ?? 0)) & bit) !== 0)
        throw overlap(cluster * this.clusterSize, at);
      this.taken[byte] = (this.taken[byte] ?? 0) | bit;
    }
  }

  /** Takes clusters together with other compressed data. */
  share(offset: number, bytes: number, at: number): void {
    const end = Math.ceil((offset + bytes) / this.clusterSize);
    for (let cluster = Math.floor(offset / this.clusterSize); cluster < end; cluster += 1) {
      const bit = 1 << (cluster & 7);
      const byte = cluster >>> 3;
      if (((this.taken[byte] ?? 0) & bit) !== 0) throw overlap(cluster * this.clusterSize, at);
      this.shared[byte] = (this.shared[byte] ?? 0) | bit;
    }
  }
}
