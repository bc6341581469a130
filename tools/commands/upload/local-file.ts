import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Places of the file that tell it from others, and bytes of each. */
const SAMPLES = 16;
const SAMPLE_BYTES = 64 * 1024;
/** Bytes that are hashed at once. */
const HASHED_BYTES = 4 * 2 ** 20;

/** A file of this machine that is read part by part. */
export class LocalFile {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;
  readonly #changedAt: bigint;

  private constructor(path: string, handle: FileHandle, { size, mtimeNs }: { size: bigint; mtimeNs: bigint }) {
    this.path = path;
    this.#handle = handle;
    this.size = Number(size);
    this.#changedAt = mtimeNs;
  }

  /** @throws Error when there is no such file, or nothing in it */
  static open(path: string): Promise<LocalFile> {
    return LocalFile.#open(path, constants.O_RDONLY);
  }

  /** The file itself, and never one that a link leads to. @throws Error as {@link open} */
  static async openUnlinked(path: string): Promise<LocalFile> {
    try {
      return await LocalFile.#open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ELOOP')
        throw new Error(`${path} is a symbolic link: a bundle has its files in itself.`, { cause: error });
      throw error;
    }
  }

  static async #open(path: string, flags: number): Promise<LocalFile> {
    const handle = await open(path, flags);
    const facts = await handle.stat({ bigint: true });
    if (facts.isFile() && facts.size > 0n) return new LocalFile(path, handle, facts);
    await handle.close();
    throw new Error(`${path} is ${facts.isFile() ? 'empty' : 'no file'}.`);
  }

  /** What the file is known by, cheaply: its size and some of its bytes. Whether it is the same, hashes say. */
  async fingerprint(): Promise<string> {
    const hash = createHash('sha256').update(String(this.size));
    const sample = Buffer.alloc(Math.min(SAMPLE_BYTES, this.size));
    for (let index = 0; index < SAMPLES; index++) {
      const offset = Math.floor(((this.size - sample.length) * index) / (SAMPLES - 1));
      await this.read(offset, sample);
      hash.update(sample);
    }
    return `imago-cli ${hash.digest('hex')}`;
  }

  /** The SHA-512 of the whole file, hex. @throws Error when it became shorter */
  async sha512(): Promise<string> {
    const hash = createHash('sha512');
    const memory = Buffer.alloc(Math.min(HASHED_BYTES, this.size));
    for (let offset = 0; offset < this.size; offset += memory.length) {
      const bytes = memory.subarray(0, Math.min(memory.length, this.size - offset));
      await this.read(offset, bytes);
      hash.update(bytes);
    }
    return hash.digest('hex');
  }

  /** Fills the target with what the file has at the offset. @throws Error when the file became shorter */
  async read(offset: number, target: Buffer): Promise<void> {
    for (let filled = 0; filled < target.length;) {
      const { bytesRead } = await this.#handle.read(target, filled, target.length - filled, offset + filled);
      if (bytesRead === 0) throw new Error(`${this.path} became shorter while it was read.`);
      filled += bytesRead;
    }
  }

  /** @throws Error when somebody wrote to the file since it was opened */
  async requireUnchanged(): Promise<void> {
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true });
    if (Number(size) === this.size && mtimeNs === this.#changedAt) return;
    throw new Error(
      `${this.path} was written to while it was sent. Run the same command again: only what changed is sent.`,
    );
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
