import type { BigIntStats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteSource } from '@imago/disk-image';
import { HypervisorError } from '../hypervisor.ts';

/** A multiple of every cluster size of qcow2. */
const LARGEST_CLUSTER = 2 * 2 ** 20;

/**
 * The file of an overlay as it was when it was opened. Behind its end it has zeros up to a whole cluster, as for qemu,
 * which does not always write a cluster to its end.
 */
export class OverlayFile implements ByteSource {
  readonly size: number;
  /** Another one, when the file was written or replaced in between. */
  readonly revision: string;
  readonly #handle: FileHandle;
  readonly #end: number;

  private constructor(handle: FileHandle, facts: BigIntStats) {
    this.#handle = handle;
    this.#end = Number(facts.size);
    this.size = Math.ceil(this.#end / LARGEST_CLUSTER) * LARGEST_CLUSTER;
    this.revision = revisionOf(facts);
  }

  static async open(path: string): Promise<OverlayFile> {
    const handle = await open(path, 'r');
    try {
      return new OverlayFile(handle, await handle.stat({ bigint: true }));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer> {
    const target = Buffer.allocUnsafeSlow(length);
    await this.readInto(offset, target, signal);
    return target;
  }

  async readInto(offset: number, target: Buffer, signal?: AbortSignal): Promise<void> {
    for (let done = 0; done < target.length;) {
      signal?.throwIfAborted();
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) {
        if (offset + done < this.#end) throw new HypervisorError('The disk became shorter while it was read.');
        target.fill(0, done);
        return;
      }
      done += bytesRead;
    }
  }

  /** @throws HypervisorError when it was written since it was opened: what was read may be of two moments. */
  async requireSame(): Promise<void> {
    if (revisionOf(await this.#handle.stat({ bigint: true })) === this.revision) return;
    throw new HypervisorError('The disk was written while it was read.');
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** A machine that runs writes its disk long after this moment, so the clock of the file system tells. */
function revisionOf({ ino, size, mtimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs].join('-');
}
