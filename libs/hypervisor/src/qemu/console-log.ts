import { closeSync, existsSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { readFileSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ConsoleOutput } from '../hypervisor.ts';
import { FILES, textOf } from './server-files.ts';

/** Bytes of one answer. */
const LONGEST_READ = 256 * 1024;
/** Bytes that are moved at a time. */
const PIECE = 1 << 20;

/** The piece that was cut off last, and where in the output the pieces begin. */
const OLDER = 'console.older.log';
const OFFSETS = 'console.json';

const offsets = z.object({ older: z.int(), current: z.int() });
type Offsets = z.output<typeof offsets>;

/**
 * What a machine wrote to its serial port, over all its runs. The machine appends to one file, which is cut when it has
 * grown over the limit; the piece that is cut off is kept until the next one. Bytes are counted from the first one ever.
 */
export class ConsoleLog {
  readonly #directory: string;
  readonly #limit: number;

  /** @param limit bytes after which the file is cut */
  constructor(directory: string, limit: number) {
    this.#directory = directory;
    this.#limit = limit;
  }

  async read(from: bigint): Promise<ConsoleOutput> {
    for (;;) {
      const before = await this.#offsets();
      const output = await this.#readAt(from, before);
      if ((await this.#offsets()).current === before.current) return output; // else it was cut meanwhile
    }
  }

  /**
   * Cuts the file when it is too long. A machine that writes on while this happens loses what it writes between two
   * system calls; a crash between them repeats output, under offsets that still grow.
   */
  async trim(): Promise<void> {
    if ((await this.#size(FILES.console)) > this.#limit) this.#cut(); // at once, so that nobody else cuts meanwhile
  }

  #cut(): void {
    const { current } = readOffsets(existingText(join(this.#directory, OFFSETS)));
    const log = openSync(join(this.#directory, FILES.console), 'r+');
    const draft = openSync(join(this.#directory, `${OLDER}.new`), 'w', 0o600);
    try {
      const size = fstatSync(log).size;
      if (size <= this.#limit) return;
      const begin = Math.max(0, size - this.#limit);
      let end = begin;
      const piece = Buffer.alloc(PIECE);
      for (;;) {
        const length = readSync(log, piece, 0, PIECE, end);
        if (length === 0) break;
        writeSync(draft, piece, 0, length);
        end += length;
        if (end - begin > 2 * this.#limit) break; // it writes as fast as this reads
      }
      renameSync(join(this.#directory, `${OLDER}.new`), join(this.#directory, OLDER));
      this.#place({ older: current + begin, current: current + Math.max(end, fstatSync(log).size) });
      ftruncateSync(log);
    } finally {
      closeSync(log);
      closeSync(draft);
    }
  }

  async #readAt(from: bigint, { older, current }: Offsets): Promise<ConsoleOutput> {
    const end = current + (await this.#size(FILES.console));
    const begin = Math.min(Math.max(Number(from), older), end);
    if (begin < current) {
      const data = await this.#piece(OLDER, begin - older, Math.min(LONGEST_READ, current - begin));
      if (data.length > 0) return { offset: BigInt(begin), data };
    }
    const start = Math.max(begin, current);
    return { offset: BigInt(start), data: await this.#piece(FILES.console, start - current, LONGEST_READ) };
  }

  async #piece(name: string, position: number, length: number): Promise<Buffer> {
    const file = await open(join(this.#directory, name), 'r').catch(() => null); // nothing was written so far
    if (file === null) return Buffer.alloc(0);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async #size(name: string): Promise<number> {
    return stat(join(this.#directory, name)).then(
      (facts) => facts.size,
      () => 0,
    );
  }

  async #offsets(): Promise<Offsets> {
    return readOffsets(await textOf(join(this.#directory, OFFSETS)));
  }

  #place(next: Offsets): void {
    const path = join(this.#directory, OFFSETS);
    writeFileSync(`${path}.new`, JSON.stringify(next), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

function readOffsets(text: string | null): Offsets {
  return text === null ? { older: 0, current: 0 } : offsets.parse(JSON.parse(text));
}

function existingText(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
