import type { JobRecord, PhaseContext, PhaseOutcome } from '@imago/jobs';

/** A scan is asked for with its image alone, and begins anew with every attempt. */
export type ScanInput = Readonly<Record<string, never>>;
export type ScanData = Readonly<Record<string, never>>;

export type ScanJob = JobRecord<ScanInput, ScanData>;
export type ScanPhase = (context: PhaseContext<ScanInput, ScanData>) => Promise<PhaseOutcome<ScanInput, ScanData>>;
