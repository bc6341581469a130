import { GRAIN_MARKER_BYTES } from './format.ts';

/** The zlib stream of a grain, without what may follow it. Throws RangeError when it is longer than the grain may be. */
export function grainStream(grain: Buffer): Buffer {
  const end = GRAIN_MARKER_BYTES + grain.readUInt32LE(8);
  if (end > grain.length) throw new RangeError('it runs into what follows it');
  return grain.subarray(GRAIN_MARKER_BYTES, end);
}
