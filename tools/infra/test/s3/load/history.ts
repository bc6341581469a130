import { createHash } from 'node:crypto';

/** What a key holds: the hash of its object, or none. */
export type Content = string | undefined;

/** One change a client asked for. Times are places in the order of all that happened. */
export interface Asked {
  readonly content: Content;
  readonly begun: number;
  /** When the server had answered, or told it to a reader; Infinity while neither. */
  known: number;
}

export interface AskedPart {
  readonly part_number: number;
  readonly begun: number;
  known: number;
  etag: string;
}

export interface AskedUpload {
  readonly key: string;
  readonly upload_id: string;
  readonly known: number;
  readonly parts: AskedPart[];
  /** When the client asked for its completion or abortion, and when that was answered. */
  end: { readonly begun: number; known: number } | undefined;
}

/** All that clients asked a server for and were told by it: what it must have kept at any moment follows from that. */
export class History {
  readonly uploads: AskedUpload[] = [];
  readonly #keys = new Map<string, Asked[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get keys(): readonly string[] {
    return [...this.#keys.keys()];
  }

  now(): number {
    return this.#now();
  }

  /** A client asks that the key hold this. It asks for nothing else for this key until it is answered. */
  ask(key: string, content: Content): Asked {
    const asked: Asked = { content, begun: this.#now(), known: Infinity };
    this.#keys.set(key, [...(this.#keys.get(key) ?? []), asked]);
    return asked;
  }

  /** Somebody read the key: what it held had happened by then. */
  told(key: string, content: Content): void {
    const [before, last] = [this.#keys.get(key)?.at(-2), this.#keys.get(key)?.at(-1)];
    if (last && last.content === content && before?.content !== content) last.known = Math.min(last.known, this.#now());
  }

  /** What the key may hold after a crash at `moment`: the last that is known, or what was asked for after it. */
  allowed(key: string, moment: number): Content[] {
    const asked = (this.#keys.get(key) ?? []).filter(({ begun }) => begun <= moment);
    const known = asked.findLastIndex((each) => each.known <= moment);
    return [asked[known]?.content, ...asked.slice(known + 1).map(({ content }) => content)];
  }
}

export function contentOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16);
}
