import type { TransferJobPhase } from '../../jobs/transfer-job.ts';

/** The phases of a copy, in their order. */
export const COPY_PHASES = ['map', 'transfer', 'seal', 'verify', 'activate'] as const;
export type CopyPhaseName = (typeof COPY_PHASES)[number];
export type CopyPhase = TransferJobPhase<CopyPhaseName>;
