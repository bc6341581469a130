import type { Patch } from '@imago/generalization';
import { DiskExport } from '../../exports/disk-export.ts';
import { type LockAnswer, lookAtLock } from '../../exports/locked-disk.ts';
import { type CapturedDisk, PatchedDisk } from '../../exports/patched-disk.ts';
import type { ImageJobContext, ImageJobPhase } from '../../jobs/image-job.ts';
import type { JobTools } from '../../jobs/job-tools.ts';

/** The phases of a capture, in their order. */
export const CAPTURE_PHASES = [
  'lock',
  'generalize',
  'map',
  'transfer',
  'seal',
  'verify',
  'examine',
  'activate',
] as const;
export type CapturePhaseName = (typeof CAPTURE_PHASES)[number];
export type CapturePhase = ImageJobPhase<CapturePhaseName>;

/** A connection is given up long before the attempt, so that a dead one costs a try and no attempt. */
const PATIENCE_SHARE = 3;

/**
 * Reads the locked disk, with what is changed of it when it is generalized; when it is over, the disk is still the one that
 * was locked, or what was read counts for nothing.
 */
export async function withExport<T>(
  context: ImageJobContext,
  tools: JobTools,
  work: (disk: CapturedDisk) => Promise<T>,
): Promise<T> {
  const patches = await patchesOf(context, tools);
  const look = async (): Promise<LockAnswer> => lookAtLock(context, tools);
  const { disk, export: access } = await look();
  const exported = new DiskExport({
    size: Number(disk.size),
    access,
    lookAgain: async () => (await look()).export,
    patience: (tools.config.CAPTURE_STALL_SECONDS * 1000) / PATIENCE_SHARE,
  });
  try {
    const result = await work(patches.length > 0 ? new PatchedDisk(exported, patches) : exported);
    await look();
    return result;
  } finally {
    exported.close();
  }
}

async function patchesOf({ job, data }: ImageJobContext, tools: JobTools): Promise<readonly Patch[]> {
  if (data.is_generalized !== true) return [];
  const generalization = await tools.work.generalizations.find(job.id);
  if (generalization === null) throw new Error(`what is changed of the disk of job ${job.id} is lost`);
  return generalization.patches;
}
