import { type EventEnvelope, type ExportedFile, exportedFile, type JobView, anyJobView } from '@imago/contracts';
import { z } from 'zod';

const tellingOfJob = z.object({ job: anyJobView });
const tellingOfFile = z.object({ file: exportedFile });

/** A job with what came of it, where its end says so. */
export interface ToldJob extends JobView {
  readonly result: ExportedFile | null;
}

/** The job an event tells of; null when it tells of none. Any event may, also of a type this build does not know. */
export function jobIn({ data }: EventEnvelope): ToldJob | null {
  const told = tellingOfJob.safeParse(data).data;
  return told === undefined ? null : { ...told.job, result: tellingOfFile.safeParse(data).data?.file ?? null };
}
