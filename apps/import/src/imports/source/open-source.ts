import { refusal } from '@imago/contracts';
import { type InspectedDisk, InspectionRefusal, openDisk } from '@imago/disk-image';
import type { Regions } from '@imago/object-store';
import { type ImportPhaseContext, required } from '../import-job.ts';
import { TenantSource } from './tenant-source.ts';

/**
 * Opens the disk in the tenant's file, after the inspection has passed it.
 * @throws Refusal with the code of the inspection, or of the bucket.
 */
export async function openSource(context: ImportPhaseContext, regions: Regions): Promise<InspectedDisk> {
  const { source, disk_format } = context.job.input;
  const store = regions.get(context.job.region).bucketStore(source.bucket);
  const bytes = new TenantSource(store, source, required(context.data.source, 'source'));
  try {
    return await openDisk(bytes, disk_format, { signal: context.signal });
  } catch (error) {
    throw inspectionFailure(error);
  }
}

/** The refusal of an inspection, as everything outside of the disk library knows refusals. */
export function inspectionFailure(error: unknown): unknown {
  if (!(error instanceof InspectionRefusal)) return error;
  return refusal(error.code, error.message, error.offset === undefined ? {} : { offset: error.offset });
}
