import type { DiskReader } from '../reader/disk-reader.ts';
import type { PartRecord } from './part-record.ts';

/** Takes finished parts. */
export interface PartSink {
  /** Uploads and journals one part; resolves when both are durable. Called for several at once. */
  store(record: PartRecord, body: readonly Buffer[], signal: AbortSignal): Promise<void>;
}

export interface WriteOptions {
  /** Parts of an earlier attempt, contiguous from part 2. */
  readonly done: readonly PartRecord[];
  readonly sink: PartSink;
  readonly signal: AbortSignal;
  /** Bytes of the disk worked through, done parts included; ends at the inspection's `allocatedBytes`. */
  readonly progress: (bytesDone: number) => void;
}

/** Reads what is not done, compresses it into parts, and gives these to the sink. Answers all parts, in order. */
export function writeStoredImage(disk: DiskReader, options: WriteOptions): Promise<readonly PartRecord[]> {
  return Promise.reject(new Error(`${disk.virtualSize} bytes are not written yet (${Object.keys(options).join()})`));
}
