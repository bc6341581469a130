export { HOSTILE_FILES } from './hostile-files.ts';
export type { HostileFile } from './hostile-file.ts';
export { mutant } from './mutant.ts';
export { sampleDisk, seededRandom } from './sample-disk.ts';
export { SMALL_FILES } from './small-files.ts';
export type { SmallFile } from './small-files.ts';
export { SMALL, smallQcow2 } from './small-qcow2.ts';
export type { SmallQcow2Options } from './small-qcow2.ts';
