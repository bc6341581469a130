import { fillFrom } from '../source/byte-source.ts';
import type { ByteSource } from '../source/byte-source.ts';

/**
 * Layers one behind the other as one source, so that a walk through all of them is planned like one through a file. A
 * range never spans two of them: each begins with its tables, which are larger than any gap that is read over.
 */
export class LayerSources implements ByteSource {
  readonly size: number;
  private readonly layers: readonly ByteSource[];

  constructor(layers: readonly ByteSource[]) {
    this.layers = layers;
    this.size = layers.reduce((sum, { size }) => sum + size, 0);
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const { layer, start } = this.find(offset);
    return layer.read(offset - start, length, signal);
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    const { layer, start } = this.find(offset);
    await fillFrom(layer, offset - start, target, signal);
  }

  private find(offset: number): { layer: ByteSource; start: number } {
    let start = 0;
    for (const layer of this.layers) {
      if (offset < start + layer.size) return { layer, start };
      start += layer.size;
    }
    throw new RangeError(`The offset ${offset} is behind all layers`);
  }
}
