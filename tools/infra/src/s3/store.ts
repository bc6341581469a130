import { join } from 'node:path';
import { lockDirectory } from './directory-lock.ts';
import type { Disk } from './disk.ts';
import { draftOf, Journal, replayJournal, rewriteJournal } from './journal.ts';
import type { ChangeRecord, Piece, StoredBody } from './state.ts';
import { State } from './state.ts';
import { SegmentFiles } from './segments.ts';

/** A journal this long is rewritten at start when most of it is history. */
const COMPACT_FROM_RECORDS = 2_000;

/**
 * Metadata (journal + memory) and bodies (segment files) of one data directory:
 *
 *     <directory>/lock              pid of the server that owns the directory
 *     <directory>/journal.jsonl     every change, in order; replayed at start
 *     <directory>/segments/<xx>/…   bodies
 *
 * A body is on the disk before the change that names it is queued. A change is checked, applied to memory and queued for
 * the journal in one turn of the event loop, so conditional writes are atomic and the journal has the order of the memory.
 * It is acknowledged when the journal has it on the disk, and nobody is told of it before that. Files are removed only
 * after the change that freed them is on the disk. Files nobody refers to (a crash between body and commit) are removed
 * at start.
 */
export class Store {
  readonly state: State;
  readonly segments: SegmentFiles;
  readonly #journal: Journal;
  /** What the journal does not have yet, and when it will. */
  readonly #fresh = new Map<StoredBody, Promise<void>>();
  readonly #unlock: () => Promise<void>;

  private constructor(parts: { state: State; segments: SegmentFiles; journal: Journal; unlock: () => Promise<void> }) {
    this.state = parts.state;
    this.segments = parts.segments;
    this.#journal = parts.journal;
    this.#unlock = parts.unlock;
  }

  /**
   * Throws when another living process owns the directory, or when the journal is damaged before its last line.
   */
  static async open(directory: string, disk: Disk): Promise<Store> {
    await disk.makeDirectory(directory);
    const unlock = await lockDirectory(join(directory, 'lock'));
    try {
      const path = join(directory, 'journal.jsonl');
      const state = new State();
      await disk.remove(draftOf(path));
      const replayed = await replayJournal(path, disk, (record) => state.release(state.apply(record as ChangeRecord)));
      const segments = await SegmentFiles.open(join(directory, 'segments'), disk);
      await dropLostParts(state, segments);
      await segments.sweep((segment) => state.isReferenced(segment));
      if (isMostlyHistory(state, replayed)) await rewriteJournal(path, disk, state.records());
      return new Store({ state, segments, journal: await Journal.open(path, disk), unlock });
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** Applies a change and resolves when it is on the disk. The bodies it names must be there before. */
  async commit(record: ChangeRecord): Promise<void> {
    this.#journal.requireWhole();
    const freed = this.state.apply(record);
    const written = this.#journal.append(record);
    const body = record.op === 'put' || record.op === 'complete' ? record.object : undefined;
    if (body) this.#fresh.set(body, written);
    await written; // when it fails the body stays among the fresh ones: nobody may read it
    if (body) this.#fresh.delete(body);
    await this.segments.remove(this.state.release(freed));
  }

  /**
   * Resolves when `body`, or without one everything that `state` says now, is on the disk. Ask for it before an answer
   * that tells of the state: what a client has been told must not be taken back by a crash.
   */
  settled(body?: StoredBody): Promise<void> {
    return body ? (this.#fresh.get(body) ?? Promise.resolve()) : this.#journal.settled();
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

/** A server without syncs may have lost the bytes of a part in a power failure: such a part must be sent again. */
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

function isMostlyHistory(state: State, replayed: number): boolean {
  if (replayed < COMPACT_FROM_RECORDS) return false;
  let live = 0;
  const records = state.records();
  while (records.next().done !== true) live += 1;
  return live * 2 < replayed;
}
