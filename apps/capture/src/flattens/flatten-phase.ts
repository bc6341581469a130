import type { ImageJobPhase } from '../jobs/image-job.ts';

/** The phases of a flattening, in their order. */
export const FLATTEN_PHASES = ['map', 'transfer', 'seal', 'verify', 'activate'] as const;
export type FlattenPhaseName = (typeof FLATTEN_PHASES)[number];
export type FlattenPhase = ImageJobPhase<FlattenPhaseName>;
