import { setImmediate as turn } from 'node:timers/promises';
import type { ClusterIndex, LayerOptions, PartRecord, PartSink } from '../src/index.ts';
import { BufferSource, openDisk, sealStoredImage, writeStoredImage } from '../src/index.ts';
import type { DiskReader } from '../src/index.ts';

/** Parts in memory, as a store would have them. */
export class MemoryParts implements PartSink {
  readonly bodies = new Map<number, Buffer>();
  readonly records: PartRecord[] = [];

  async store(record: PartRecord, body: readonly Buffer[], signal: AbortSignal): Promise<void> {
    await turn(undefined, { signal });
    this.bodies.set(record.part_number, Buffer.concat(body));
    this.records.push(record);
  }

  /** The finished object. */
  object(virtualSize: number, parts: readonly PartRecord[], parent?: ClusterIndex): Buffer {
    const { head, size } = sealStoredImage(virtualSize, parts, parent);
    const object = Buffer.concat([head, ...parts.map((part) => this.bodies.get(part.part_number) ?? Buffer.alloc(0))]);
    if (object.length !== size) throw new Error(`The object has ${object.length} bytes, not ${size}`);
    return object;
  }
}

export async function rawDisk(content: Buffer): Promise<DiskReader> {
  return (await openDisk(new BufferSource(content), 'raw')).reader;
}

export interface WriteCase {
  readonly sink: PartSink;
  readonly done?: readonly PartRecord[];
  readonly signal?: AbortSignal;
  readonly progress?: (bytesDone: number) => void;
  readonly layer?: LayerOptions;
}

/** Parts of a MiB, so that a small disk has several. */
export function writeSmallParts(disk: DiskReader, options: WriteCase): Promise<readonly PartRecord[]> {
  const { sink, done = [], signal = new AbortController().signal, progress = () => undefined, layer } = options;
  return writeStoredImage(disk, { sink, done, signal, progress, layer, minPartSize: 2 ** 20 });
}
