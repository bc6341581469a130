import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { BaseImage } from '../../hypervisor.ts';

/** What the bytes in a cache are of. A cache of anything else is worth nothing. */
export interface CacheIdentity {
  /** Bytes are not synced to disk, so a cache ends with the machine's run: /proc/sys/kernel/random/boot_id. */
  readonly boot_id: string;
  /** Of the object they were read from. */
  readonly etag: string;
  readonly image: BaseImage;
}

/** How a cluster is known. Zeros take no place in the data. */
export type KnownCluster = 'zeros' | 'data';

export interface JournalContent {
  readonly identity: CacheIdentity;
  readonly clusters: ReadonlyMap<number, KnownCluster>;
  /** Where the next record goes: behind the last that is whole. */
  readonly end: number;
}

const HEADER_BYTES = 4096;
const RECORD_BYTES = 8;
const ZEROS_BIT = 0x8000_0000;

/**
 * Which clusters of an object are in the data file beside it:
 *
 *     0     4096  the identity as JSON, filled up with blanks
 *     4096        records of 8 bytes: cluster index, its top bit set for zeros; CRC-32 of those four bytes
 *
 * A record is written after its data, so what a killed process leaves is right as far as it goes; half a record ends it.
 */
export class CacheJournal {
  readonly #handle: FileHandle;
  #end: number;
  #writing: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle, end: number) {
    this.#handle = handle;
    this.#end = end;
  }

  /** Null when there is none, or none that can be read. */
  static async read(path: string): Promise<JournalContent | null> {
    const handle = await open(path, 'r').catch(() => null);
    if (handle === null) return null;
    try {
      return parse(await handle.readFile());
    } catch {
      return null;
    } finally {
      await handle.close();
    }
  }

  /** Goes on behind the whole records. */
  static async resume(path: string, { end }: JournalContent): Promise<CacheJournal> {
    const handle = await open(path, 'r+');
    return new CacheJournal(handle, end);
  }

  static async begin(path: string, identity: CacheIdentity): Promise<CacheJournal> {
    const handle = await open(path, 'w', 0o600);
    try {
      const header = Buffer.alloc(HEADER_BYTES, ' ');
      const text = JSON.stringify(identity);
      if (Buffer.byteLength(text) >= HEADER_BYTES) throw new Error('The identity of the cache is too long');
      header.write(text);
      await writeAll(handle, header, 0);
      return new CacheJournal(handle, HEADER_BYTES);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** In the order of the calls. One that fails is overwritten by the next. */
  add(cluster: number, known: KnownCluster): Promise<void> {
    const record = Buffer.alloc(RECORD_BYTES);
    record.writeUInt32BE((cluster | (known === 'zeros' ? ZEROS_BIT : 0)) >>> 0, 0);
    record.writeUInt32BE(crc32(record.subarray(0, 4)), 4);
    const written = this.#writing.then(async () => {
      await writeAll(this.#handle, record, this.#end);
      this.#end += RECORD_BYTES;
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    await this.#writing;
    // Its age says when the cache was last used.
    await this.#handle.utimes(new Date(), new Date()).catch(() => undefined);
    await this.#handle.close();
  }
}

/** Writes the whole buffer; the file system may take it in pieces. */
export async function writeAll(handle: FileHandle, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length;) {
    const { bytesWritten } = await handle.write(data, done, data.length - done, position + done);
    done += bytesWritten;
  }
}

function parse(bytes: Buffer): JournalContent {
  if (bytes.length < HEADER_BYTES) throw new Error('The journal is cut short');
  const identity = JSON.parse(bytes.toString('utf8', 0, HEADER_BYTES)) as CacheIdentity;
  const clusters = new Map<number, KnownCluster>();
  let end = HEADER_BYTES;
  for (; end + RECORD_BYTES <= bytes.length; end += RECORD_BYTES) {
    if (crc32(bytes.subarray(end, end + 4)) !== bytes.readUInt32BE(end + 4)) break;
    const word = bytes.readUInt32BE(end);
    clusters.set((word & ~ZEROS_BIT) >>> 0, (word & ZEROS_BIT) === 0 ? 'data' : 'zeros');
  }
  return { identity, clusters, end };
}
