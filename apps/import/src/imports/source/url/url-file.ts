import { refusal } from '@imago/contracts';
import { assertRange, type ByteSource } from '@imago/disk-image';
import type { Dispatcher } from 'undici';
import type { PinnedSource, SourceFile } from '../source-file.ts';
import { type ByteRange, pinOf, type ReplyHead, requireRange } from './range-reply.ts';
import { Trickle } from './trickle.ts';
import { discard, UrlClient } from './url-client.ts';
import { requireAnswer, UrlFailed } from './url-failure.ts';
import { UrlPatience } from './url-patience.ts';
import type { UrlSecrets } from './url-secrets.ts';

/** Bytes that make an attempt count as one that has got on: fewer, and a server could keep a worker for ever. */
const HEADWAY = 64 * 1024;
const FIRST_BYTE: ByteRange = { first: 0, last: 0 };
/** What an address says that a redirect led to and that is good no more: the one it was found under may lead on. */
const GONE: ReadonlySet<number> = new Set([401, 403, 404, 410]);

interface Piece extends ByteRange {
  readonly target: Buffer;
  readonly pin: PinnedSource;
  readonly onArrival: (bytes: number) => void;
}

/** A file on a web server, read in ranges. Each answer must be of the version and the size that were pinned. */
export class UrlFile implements SourceFile {
  readonly #url: URL;
  /** Where it was found in the end; asked the next time, so that one of many mirrors stays the one. */
  #landed: URL;

  /** @param uri the URL as it is shown: without its query */
  constructor(
    private readonly client: UrlClient,
    private readonly uri: string,
    private readonly secrets: UrlSecrets,
  ) {
    this.#url = new URL(uri + secrets.query);
    this.#landed = this.#url;
  }

  async pin(signal: AbortSignal): Promise<PinnedSource> {
    const patience = this.#patience(signal);
    for (;;) {
      try {
        const reply = await this.#ask(FIRST_BYTE, {}, signal);
        await discard(reply);
        return this.#withinLimit(pinOf(headOf(reply), this.uri));
      } catch (error) {
        await patience.after(error);
      }
    }
  }

  open(pin: PinnedSource, onArrival: () => void): ByteSource {
    const readInto = (offset: number, target: Buffer, signal?: AbortSignal): Promise<void> =>
      this.#fill({ pin, offset, target, onArrival }, signal);
    return {
      size: pin.size,
      readInto,
      read: async (offset, length, signal) => {
        const target = Buffer.allocUnsafeSlow(length);
        await readInto(offset, target, signal);
        return target;
      },
    };
  }

  async #fill(
    { pin, offset, target, onArrival }: Pick<Piece, 'pin' | 'target'> & { offset: number; onArrival: () => void },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    assertRange(pin, offset, target.length);
    const patience = this.#patience(signal);
    let filled = 0;
    const arrived = (bytes: number): void => {
      filled += bytes;
      onArrival();
    };
    while (filled < target.length) {
      const before = filled;
      const range = { first: offset + filled, last: offset + target.length - 1 };
      try {
        await this.#read({ ...range, target: target.subarray(filled), pin, onArrival: arrived }, signal);
      } catch (error) {
        await patience.after(error, filled - before >= HEADWAY);
      }
    }
  }

  async #read(piece: Piece, signal: AbortSignal | undefined): Promise<void> {
    const tooSlow = new AbortController();
    const ends = signal === undefined ? tooSlow.signal : AbortSignal.any([signal, tooSlow.signal]);
    const reply = await this.#ask(piece, { 'if-range': piece.pin.etag }, ends);
    try {
      requireRange(headOf(reply), piece, { pin: piece.pin, uri: this.uri });
    } catch (error) {
      await discard(reply);
      throw error;
    }
    // Not before the answer has begun: until then the request may wait for a connection that is free.
    const trickle = new Trickle(this.client.limits.silenceSeconds, () => {
      tooSlow.abort(refusal('import.source_stalled', `${this.uri} is sent too slowly.`));
    });
    try {
      await this.#land(reply.body, piece, trickle);
    } finally {
      trickle.end();
    }
  }

  async #land(body: Dispatcher.ResponseData['body'], { target, onArrival }: Piece, trickle: Trickle): Promise<void> {
    let filled = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const copied = chunk.copy(target, filled);
      filled += copied;
      trickle.arrived(copied);
      onArrival(copied);
      if (copied < chunk.length) throw refusal('import.ranges_unsupported', `${this.uri} sends more than asked for.`);
    }
    if (filled === target.length) return;
    const cut = refusal('import.connection_failed', `${this.uri} is cut off.`);
    throw new UrlFailed({ refusal: cut, passes: true, asked: 0 });
  }

  /** The answer to a request for a range, when it says something of the file. */
  async #ask(
    { first, last }: ByteRange,
    conditions: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const from = this.#landed;
    const headers = {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'imago-import/1',
      range: `bytes=${first}-${last}`,
      ...conditions,
    };
    const secret = { origin: this.#url.origin, headers: this.secrets.headers };
    const { url, reply } = await this.client.get({ url: from, headers, secret, signal });
    if (GONE.has(reply.statusCode) && from.href !== this.#url.href) {
      await discard(reply);
      this.#landed = this.#url;
      return this.#ask({ first, last }, conditions, signal);
    }
    try {
      requireAnswer(headOf(reply), this.uri);
    } catch (error) {
      await discard(reply);
      throw error;
    }
    this.#landed = url;
    return reply;
  }

  #patience(signal: AbortSignal | undefined): UrlPatience {
    return new UrlPatience(this.client.limits.retrySeconds, this.uri, signal);
  }

  #withinLimit(pin: PinnedSource): PinnedSource {
    const { maximumBytes } = this.client.limits;
    if (pin.size <= maximumBytes) return pin;
    const said = `${this.uri} has ${pin.size} bytes; the limit is ${maximumBytes}.`;
    throw refusal('import.file_too_large', said, { limit: maximumBytes.toString(), size: pin.size.toString() });
  }
}

function headOf({ statusCode: status, headers }: Dispatcher.ResponseData): ReplyHead {
  return { status, headers };
}
