/** What an image may ask for before it is refused; together they bound the memory and the work of an inspection. */
export interface InspectionLimits {
  /** Largest disk as the guest sees it, in bytes. */
  readonly maxVirtualSize: number;
  /** Most bytes of L2 tables, which stay in memory: 128 MiB is 1 TiB at 64 KiB clusters. */
  readonly maxTableBytes: number;
  /** Most clusters a file may have, which takes two bits each: 2^27 is 8 TiB at 64 KiB clusters. */
  readonly maxHostClusters: number;
}

export const DEFAULT_LIMITS: InspectionLimits = {
  maxVirtualSize: 1024 * 2 ** 30,
  maxTableBytes: 130 * 2 ** 20,
  maxHostClusters: 2 ** 27,
};
