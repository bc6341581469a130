/** One finished part: what is needed to go on after it and to seal, as plain data. Part 1 is the head. */
export interface PartRecord {
  readonly part_number: number;
  /** Bytes. */
  readonly size: number;
  /** Packed entries: cluster index, offset in the part, compressed size, SHA-256 of the cluster. */
  readonly clusters: Buffer;
}
