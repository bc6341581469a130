import { DiskExport } from '../../exports/disk-export.ts';
import { type LockAnswer, lookAtLock } from '../../exports/locked-disk.ts';
import type { ImageJobContext, ImageJobPhase } from '../../jobs/image-job.ts';
import type { JobTools } from '../../jobs/job-tools.ts';

/** The phases of a capture, in their order. */
export const CAPTURE_PHASES = ['lock', 'map', 'transfer', 'seal', 'verify', 'examine', 'activate'] as const;
export type CapturePhaseName = (typeof CAPTURE_PHASES)[number];
export type CapturePhase = ImageJobPhase<CapturePhaseName>;

/** A connection is given up long before the attempt, so that a dead one costs a try and no attempt. */
const PATIENCE_SHARE = 3;

/** Reads the locked disk; when it is over, the disk is still the one that was locked, or what was read counts for nothing. */
export async function withExport<T>(
  context: ImageJobContext,
  tools: JobTools,
  work: (exported: DiskExport) => Promise<T>,
): Promise<T> {
  const look = async (): Promise<LockAnswer> => lookAtLock(context, tools);
  const { disk, export: access } = await look();
  const exported = new DiskExport({
    size: Number(disk.size),
    access,
    lookAgain: async () => (await look()).export,
    patience: (tools.config.CAPTURE_STALL_SECONDS * 1000) / PATIENCE_SHARE,
  });
  try {
    const result = await work(exported);
    await look();
    return result;
  } finally {
    exported.close();
  }
}
