import { createReadStream } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Disk, DiskFile } from './disk.ts';
import { S3Error } from './errors.ts';

interface Pending {
  readonly record: object;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Characters of records that a rewritten journal puts on one line. */
const REWRITTEN_LINE = 1 << 20;

/**
 * Append-only file of lines, the only copy of the metadata. A line is the CRC32 of the rest, as eight hexadecimal
 * digits, and a JSON array of records: all that were written together.
 *
 * Appends keep their order. Appends that arrive while a write is under way share the next line and its sync, so that
 * many small commits cost few syncs. A crash can leave the last line torn, in any way: it was never acknowledged, and
 * {@link replayJournal} cuts it off. The next line is written only when the one before is certain, so a broken line with
 * another one behind it is damage. A failed write leaves unknown bytes behind, so the journal then refuses everything
 * (`ServiceUnavailable`) until the process is started anew.
 */
export class Journal {
  readonly #file: DiskFile;
  #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #broken: Error | undefined;

  private constructor(file: DiskFile) {
    this.#file = file;
  }

  static async open(path: string, disk: Disk): Promise<Journal> {
    const file = await disk.append(path);
    await file.sync(); // a process that was killed may have written more than it has synced
    await disk.syncDirectory(dirname(path));
    return new Journal(file);
  }

  /** Throws where {@link append} could only fail: before a change is made that could not be kept. */
  requireWhole(): void {
    if (this.#broken) throw refusal(this.#broken);
  }

  /** Resolves once the record is on the disk. */
  append(record: object): Promise<void> {
    this.requireWhole();
    this.#last = new Promise((resolve, reject) => {
      this.#pending.push({ record, resolve, reject });
      this.#flushing ??= this.#flush();
    });
    return this.#last;
  }

  /** Resolves once all that was appended so far is on the disk; at once when it is. */
  async settled(): Promise<void> {
    this.requireWhole();
    await this.#last;
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    // The tick lets the appends of one turn of the event loop share a line.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await this.#file.write([lineOf(batch.map(({ record }) => JSON.stringify(record)))]);
        await this.#file.sync();
        for (const entry of batch) entry.resolve();
      } catch (cause) {
        this.#fail(batch, new Error('The journal could not be written', { cause }));
      }
    }
    this.#flushing = undefined;
  }

  #fail(batch: readonly Pending[], error: Error): void {
    this.#broken = error;
    for (const entry of [...batch, ...this.#pending]) entry.reject(refusal(error));
    this.#pending = [];
  }
}

/**
 * Hands each record to `apply`, in order, and cuts a torn last line off the file.
 * A broken line that is not the last one is damage, not a crash: it throws, and nothing is changed.
 * Returns the number of records; a file that does not exist has none.
 */
export async function replayJournal(path: string, disk: Disk, apply: (record: unknown) => void): Promise<number> {
  let good = 0;
  let records = 0;
  let torn = false;
  for await (const line of lines(path)) {
    const found = line.complete ? recordsOf(line.text) : undefined;
    if (torn && found !== undefined) throw new Error(`${path} is damaged at byte ${good}: refusing to start`);
    torn ||= found === undefined;
    if (found === undefined) continue;
    for (const record of found) apply(record);
    records += found.length;
    good += line.bytes;
  }
  if (torn) await disk.truncate(path, good);
  return records;
}

/** Replaces the journal by these records at once: a crash leaves either the old file or the new one. */
export async function rewriteJournal(path: string, disk: Disk, records: Iterable<object>): Promise<void> {
  const draft = draftOf(path);
  await disk.remove(draft);
  const file = await disk.create(draft);
  try {
    let texts: string[] = [];
    let length = 0;
    for (const record of records) {
      const text = JSON.stringify(record);
      texts.push(text);
      length += text.length;
      if (length < REWRITTEN_LINE) continue;
      await file.write([lineOf(texts)]);
      texts = [];
      length = 0;
    }
    if (texts.length > 0) await file.write([lineOf(texts)]);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(draft, path);
  await disk.syncDirectory(dirname(path));
}

/** Where a journal is rewritten. A file of that name at a start was never finished. */
export function draftOf(path: string): string {
  return `${path}.new`;
}

function lineOf(records: readonly string[]): Buffer {
  const body = `[${records.join(',')}]`;
  return Buffer.from(`${checksumOf(body)} ${body}\n`);
}

function checksumOf(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}

/** The records of a line, or undefined when it is not as it was written. */
function recordsOf(text: string): readonly unknown[] | undefined {
  // Journals of the first servers have one record a line and no checksum.
  const body = text.startsWith('{') ? `[${text}]` : text.slice(9, -1);
  if (!text.startsWith('{') && text.slice(0, 9) !== `${checksumOf(body)} `) return undefined;
  try {
    return JSON.parse(body) as unknown[];
  } catch {
    return undefined;
  }
}

function refusal(error: Error): S3Error {
  return new S3Error('ServiceUnavailable', error.message);
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
