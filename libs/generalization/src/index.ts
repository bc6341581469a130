export { generalizeDisk } from './generalize-disk.ts';
export type { GeneralizationOptions } from './generalize-disk.ts';
export { layOver } from './lay-over.ts';
export type { Change, Generalization, LeftAsIs, LeftCode, Patch } from './generalization.ts';
