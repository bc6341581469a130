import type { DiskReader } from '../reader/disk-reader.ts';
import type { PartRecord } from '../store/part-record.ts';
import type { PartSink } from '../store/part-writer.ts';
import { sealStoredImage } from '../store/seal-stored-image.ts';
import type { SealedImage } from '../store/seal-stored-image.ts';
import { writeStoredImage } from '../store/write-stored-image.ts';
import type { LayerOptions } from '../store/write-stored-image.ts';
import { DiskWriter } from './disk-writer.ts';
import type { WriteOptions } from './disk-writer.ts';

/** Where an object store puts an image. */
export interface StoreTarget {
  /** Parts of an earlier attempt, contiguous from part 2. */
  readonly done: readonly PartRecord[];
  readonly sink: PartSink;
  /** Writes a layer on another image instead of a whole one. */
  readonly layer?: LayerOptions;
  /** Uploads the head as part 1 and completes the object, with its index beside it. */
  seal(image: SealedImage, parts: readonly PartRecord[], signal: AbortSignal): Promise<void>;
}

/** An image in the store, for who needs no phases between its parts and its seal. */
export class StoreWriter extends DiskWriter {
  private readonly target: StoreTarget;

  constructor(target: StoreTarget) {
    super();
    this.target = target;
  }

  override async write(disk: DiskReader, options: WriteOptions): Promise<void> {
    const { done, sink, layer } = this.target;
    const parts = await writeStoredImage(disk, { ...options, done, sink, layer });
    await this.target.seal(sealStoredImage(disk.virtualSize, parts, layer?.parent), parts, options.signal);
  }
}
