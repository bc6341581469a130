export interface InspectionLimits {
  /** Largest disk as the guest sees it, in bytes. */
  readonly maxVirtualSize: number;
  /** Most bytes of L2 tables held in memory: 128 MiB is 1 TiB at 64 KiB clusters. */
  readonly maxTableBytes: number;
}

export const DEFAULT_LIMITS: InspectionLimits = { maxVirtualSize: 1024 * 2 ** 30, maxTableBytes: 130 * 2 ** 20 };
