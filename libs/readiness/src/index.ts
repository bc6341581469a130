export type { Declared } from './declared.ts';
export { DEFAULT_READINESS_LIMITS } from './disk/budget.ts';
export type { ReadinessLimits } from './disk/budget.ts';
export type { ExaminedDisk } from './disk/cached-disk.ts';
export { examineDisk } from './examine-disk.ts';
export type { ExaminationOptions } from './examine-disk.ts';
export { worstStatus } from './report.ts';
