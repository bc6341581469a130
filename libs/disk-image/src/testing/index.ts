export { HOSTILE_FILES } from './hostile-files.ts';
export type { HostileFile } from './hostile-files.ts';
export { SMALL, smallQcow2 } from './small-qcow2.ts';
export type { SmallQcow2Options } from './small-qcow2.ts';
export { sampleDisk, seededRandom } from './sample-disk.ts';
