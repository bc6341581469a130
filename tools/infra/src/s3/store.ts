import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDirectory } from './directory-lock.ts';
import { Journal, replayJournal, rewriteJournal } from './journal.ts';
import type { ChangeRecord, Piece } from './state.ts';
import { State } from './state.ts';
import { SegmentFiles } from './segments.ts';

/** A journal this long is rewritten at start when most of it is history. */
const COMPACT_FROM_RECORDS = 2_000;

/**
 * Metadata (journal + memory) and bodies (segment files) of one data directory:
 *
 *     <directory>/lock              pid of the server that owns the directory
 *     <directory>/journal.jsonl     every change, one JSON object a line; replayed at start
 *     <directory>/segments/<xx>/…   bodies
 *
 * A change is checked, applied to memory and queued for the journal in one turn of the event loop, so conditional
 * writes are atomic and the journal has the order of the memory. It is acknowledged only when the journal has it. Files are
 * removed only after the change that freed them is on the disk. Files nobody refers to (a crash between body and
 * commit) are removed at start.
 */
export class Store {
  readonly state: State;
  readonly segments: SegmentFiles;
  readonly #journal: Journal;
  readonly #unlock: () => Promise<void>;

  private constructor(parts: { state: State; segments: SegmentFiles; journal: Journal; unlock: () => Promise<void> }) {
    this.state = parts.state;
    this.segments = parts.segments;
    this.#journal = parts.journal;
    this.#unlock = parts.unlock;
  }

  /**
   * `durable: false` leaves out every fsync: what is acknowledged then survives a kill, but no power failure.
   * Throws when another living process owns the directory, or when the journal is damaged before its last line.
   */
  static async open(directory: string, { durable = true }: { readonly durable?: boolean } = {}): Promise<Store> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const unlock = await lockDirectory(join(directory, 'lock'));
    try {
      const path = join(directory, 'journal.jsonl');
      const state = new State();
      const replayed = await replayJournal(path, (record) => state.apply(record as ChangeRecord));
      const segments = await SegmentFiles.open(join(directory, 'segments'), durable);
      await dropLostParts(state, segments);
      await segments.sweep((segment) => state.isReferenced(segment));
      await compact(path, state, replayed);
      return new Store({ state, segments, journal: await Journal.open(path, durable), unlock });
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /**
   * Applies a change and resolves when it is on the disk (`durable: false`: when it would survive a kill of this
   * process, which is what parts need: their bytes are synced when the upload is completed).
   */
  async commit(record: ChangeRecord, options: { readonly durable: boolean } = { durable: true }): Promise<void> {
    const unreferenced = this.state.apply(record);
    await this.#journal.append(record, options);
    await this.segments.remove(unreferenced);
  }

  /** Runs `use` with the pieces protected from removal. */
  async using<T>(pieces: readonly Piece[], use: () => Promise<T>): Promise<T> {
    this.state.retain(pieces);
    try {
      return await use();
    } finally {
      await this.segments.remove(this.state.release(pieces));
    }
  }

  async close(): Promise<void> {
    await this.#journal.close();
    await this.#unlock();
  }
}

/** A power failure may take the bytes of a part that was not part of a commit yet: such a part must be sent again. */
async function dropLostParts(state: State, segments: SegmentFiles): Promise<void> {
  for (const { parts } of state.uploads.values()) {
    for (const [number, part] of parts) {
      const sizes = await Promise.all(part.pieces.map((piece) => segments.size(piece.segment)));
      const whole = part.pieces.every((piece, i) => (sizes[i] ?? -1) >= piece.offset + piece.length);
      if (whole) continue;
      parts.delete(number);
      state.release(part.pieces);
    }
  }
}

async function compact(path: string, state: State, replayed: number): Promise<void> {
  if (replayed < COMPACT_FROM_RECORDS) return;
  const live = [...state.records()];
  if (live.length * 2 < replayed) await rewriteJournal(path, live);
}
