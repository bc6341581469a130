import type { Section } from './file-layout.ts';
import type { DiskShape } from './disk-shape.ts';

const RUN_BYTES = 64 * 1024;

/** The disk as it is, its zeros included. */
export function rawSection(shape: DiskShape): Section {
  const { bytes } = shape;
  const runs = shape.runsOf(RUN_BYTES);
  return {
    length: bytes,
    at: (offset) => {
      const block = Math.floor(offset / RUN_BYTES);
      const left = Math.min(runs.endOfRun(block) * RUN_BYTES, bytes) - offset;
      return runs.has(block) ? { is: 'disk', offset, length: left } : { is: 'zeros', length: left };
    },
  };
}
