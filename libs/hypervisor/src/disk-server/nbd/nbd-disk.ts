import { setTimeout as delay } from 'node:timers/promises';
import { NbdConnection, NbdRefusal } from './nbd-connection.ts';
import { ConnectionEnded } from './socket-reader.ts';
import { ADVISED_READ } from './wire.ts';

/** Milliseconds a reader waits for a disk server that is away, and between two attempts to reach it. */
const PATIENCE = 60_000;
const PAUSE = 100;

/** A disk as the disk server of a host serves it. A server that was started again is connected to again. */
export class NbdDisk {
  /** Bytes that it must have. */
  readonly size: number;
  readonly #place: { readonly socket: string; readonly export: string };
  readonly #over = new AbortController();
  #connecting: Promise<NbdConnection> | undefined;

  /** Connects with the first read. */
  constructor(place: { readonly socket: string; readonly export: string }, size: number) {
    this.#place = place;
    this.size = size;
  }

  /** Fills the target. @throws Error for bytes that cannot be read; the signal's reason */
  async read(offset: number, target: Buffer, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#over.signal]);
    const pieces: Promise<void>[] = [];
    for (let at = 0; at < target.length; at += ADVISED_READ) {
      pieces.push(this.#persist(offset + at, target.subarray(at, at + ADVISED_READ), until));
    }
    const failed = (await Promise.allSettled(pieces)).find((piece) => piece.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Ends what is being read. */
  close(): void {
    this.#over.abort(new Error('The disk is not read any more'));
    this.#connecting?.then(
      (connection) => {
        connection.close();
      },
      () => undefined,
    );
  }

  async #persist(offset: number, target: Buffer, signal: AbortSignal): Promise<void> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      signal.throwIfAborted();
      try {
        const connection = await this.#connected();
        await connection.read(offset, target, signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ConnectionEnded)) throw error;
        if (performance.now() >= end) throw new Error('The disk server is away', { cause: error });
      }
      await delay(PAUSE, undefined, { signal });
    }
  }

  /** One connection for all reads, until it ends. */
  #connected(): Promise<NbdConnection> {
    if (this.#connecting !== undefined) return this.#connecting;
    const connecting = this.#connect();
    const forget = (): void => {
      if (this.#connecting === connecting) this.#connecting = undefined;
    };
    connecting.then(({ ended }) => ended).then(forget, forget);
    this.#connecting = connecting;
    return connecting;
  }

  async #connect(): Promise<NbdConnection> {
    const connection = await NbdConnection.open(this.#place);
    if (connection.size === this.size && !this.#over.signal.aborted) return connection;
    connection.close();
    throw new NbdRefusal(`The disk server gives a disk of ${connection.size} bytes instead of ${this.size}`);
  }
}
