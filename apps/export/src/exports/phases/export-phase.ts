import type { TransferJobPhase } from '../../jobs/transfer-job.ts';

/** The phases of an export, in their order. */
export const EXPORT_PHASES = ['admit', 'map', 'transfer', 'seal', 'verify'] as const;
export type ExportPhaseName = (typeof EXPORT_PHASES)[number];
export type ExportPhase = TransferJobPhase<ExportPhaseName>;
