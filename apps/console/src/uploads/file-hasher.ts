export interface HashQuestion {
  readonly id: number;
  readonly of: 'md5' | 'fingerprint';
  readonly bytes: Blob;
}

export type HashAnswer =
  | { readonly id: number; readonly hash: string }
  | { readonly id: number; readonly fault: string };

/** What hashes files. */
export interface Hasher {
  /** @throws UnreadableFileError */
  md5Of(bytes: Blob): Promise<string>;
  /** @throws UnreadableFileError */
  fingerprintOf(file: Blob): Promise<string>;
}

/** The browser does not give the bytes of a file any more: it was changed, moved or deleted since it was chosen. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}

/** Hashes on a thread of its own, which begins with the first question. */
export class FileHasher implements Hasher {
  readonly #waiting = new Map<number, PromiseWithResolvers<string>>();
  #worker: Worker | null = null;
  #asked = 0;

  md5Of(bytes: Blob): Promise<string> {
    return this.#ask('md5', bytes);
  }

  fingerprintOf(file: Blob): Promise<string> {
    return this.#ask('fingerprint', file);
  }

  #ask(of: HashQuestion['of'], bytes: Blob): Promise<string> {
    const id = ++this.#asked;
    const asked = Promise.withResolvers<string>();
    this.#waiting.set(id, asked);
    this.#worker ??= this.#start();
    this.#worker.postMessage({ id, of, bytes } satisfies HashQuestion);
    return asked.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<HashAnswer>) => {
      const asked = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ('hash' in data) asked?.resolve(data.hash);
      else asked?.reject(new UnreadableFileError(data.fault));
    });
    worker.addEventListener('error', ({ message }) => {
      // The thread itself broke: nothing it was asked will be answered.
      this.#worker = null;
      for (const asked of this.#waiting.values()) asked.reject(new Error(message));
      this.#waiting.clear();
    });
    return worker;
  }
}
