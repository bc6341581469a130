import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { S3Error } from './errors.ts';

interface Pending {
  readonly line: string;
  readonly durable: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Append-only file of JSON lines, the only copy of the metadata.
 *
 * Appends keep their order. Appends that arrive while a write is under way share the next write and its fsync, so
 * that many small commits cost few syncs. A crash can leave a torn last line: it was never acknowledged, and
 * {@link replayJournal} cuts it off. A failed write leaves unknown bytes behind, so the journal then refuses everything
 * (`ServiceUnavailable`) until the process is started anew.
 */
export class Journal {
  readonly #file: FileHandle;
  readonly #durable: boolean;
  #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #broken: Error | undefined;

  private constructor(file: FileHandle, durable: boolean) {
    this.#file = file;
    this.#durable = durable;
  }

  static async open(path: string, durable: boolean): Promise<Journal> {
    const file = await open(path, 'a', 0o600);
    await file.sync();
    await syncDirectory(dirname(path));
    return new Journal(file, durable);
  }

  /** Resolves once the record is in the file, and with `durable` once it is on the disk. */
  append(record: object, options: { readonly durable: boolean }): Promise<void> {
    if (this.#broken) return Promise.reject(new S3Error('ServiceUnavailable', this.#broken.message));
    const line = `${JSON.stringify(record)}\n`;
    return new Promise((resolve, reject) => {
      this.#pending.push({ line, durable: options.durable, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    // The tick lets the appends of one turn of the event loop share a write.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#file.appendFile(batch.map((entry) => entry.line).join(''));
        if (this.#durable && batch.some((entry) => entry.durable)) await this.#file.datasync();
        for (const entry of batch) entry.resolve();
      } catch (cause) {
        this.#fail(batch, new Error('The journal could not be written', { cause }));
      }
    }
    this.#flushing = undefined;
  }

  #fail(batch: readonly Pending[], error: Error): void {
    this.#broken = error;
    for (const entry of [...batch, ...this.#pending]) entry.reject(new S3Error('ServiceUnavailable', error.message));
    this.#pending = [];
  }
}

/**
 * Hands each record to `apply`, in order, and cuts a torn last line off the file.
 * A broken line that is not the last one is damage, not a crash: it throws, and nothing is changed.
 * Returns the number of records; a file that does not exist has none.
 */
export async function replayJournal(path: string, apply: (record: unknown) => void): Promise<number> {
  let good = 0;
  let records = 0;
  let torn = false;
  for await (const line of lines(path)) {
    if (torn) throw new Error(`${path} is damaged at byte ${good}: refusing to start`);
    const record = line.complete ? parseLine(line.text) : undefined;
    if (record === undefined) {
      torn = true;
      continue;
    }
    apply(record);
    records += 1;
    good += line.bytes;
  }
  if (torn) await truncate(path, good);
  return records;
}

/** Replaces the journal by these records at once: a crash leaves either the old file or the new one. */
export async function rewriteJournal(path: string, records: Iterable<object>): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    let text = '';
    for (const record of records) {
      text += `${JSON.stringify(record)}\n`;
      if (text.length < 1 << 20) continue;
      await file.appendFile(text);
      text = '';
    }
    await file.appendFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}

interface Line {
  readonly text: string;
  readonly bytes: number;
  readonly complete: boolean;
}

async function* lines(path: string): AsyncGenerator<Line> {
  const rest: Buffer[] = [];
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        rest.push(chunk.subarray(from, at + 1));
        const line = Buffer.concat(rest.splice(0));
        yield { text: line.toString('utf8'), bytes: line.length, complete: true };
        from = at + 1;
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const tail = Buffer.concat(rest);
  if (tail.length > 0) yield { text: tail.toString('utf8'), bytes: tail.length, complete: false };
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function truncate(path: string, length: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(length);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a created or renamed name in this directory survive a power failure. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
