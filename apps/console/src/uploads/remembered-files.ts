const KEY = 'imago.uploads';
/** Uploads that are remembered: who began more has forgotten the first. */
const MOST = 20;

interface Remembered {
  readonly upload_id: string;
  /** When the file was changed last, milliseconds since 1970. */
  readonly lastModified: number;
}

/** The part of `Storage` that is used. */
export type Memory = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * What the gateway does not know of a file on its way: when it was changed. It outlives the tab, and holds nothing that
 * tells a next user of this browser anything.
 */
export class RememberedFiles {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  lastModifiedOf(uploadId: string): number | null {
    return this.#all().find(({ upload_id }) => upload_id === uploadId)?.lastModified ?? null;
  }

  remember(upload_id: string, lastModified: number): void {
    this.#keep([{ upload_id, lastModified }, ...this.#others(upload_id)].slice(0, MOST));
  }

  forget(uploadId: string): void {
    this.#keep(this.#others(uploadId));
  }

  #others(uploadId: string): readonly Remembered[] {
    return this.#all().filter(({ upload_id }) => upload_id !== uploadId);
  }

  #keep(all: readonly Remembered[]): void {
    try {
      this.#memory.setItem(KEY, JSON.stringify(all));
    } catch {
      // A full or forbidden memory costs one comparison, nothing else.
    }
  }

  #all(): readonly Remembered[] {
    try {
      const kept: unknown = JSON.parse(this.#memory.getItem(KEY) ?? '[]');
      return Array.isArray(kept) ? kept.filter(isRemembered) : [];
    } catch {
      return [];
    }
  }
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { upload_id, lastModified } = value as Partial<Record<keyof Remembered, unknown>>;
  return typeof upload_id === 'string' && typeof lastModified === 'number';
}
