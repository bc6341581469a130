import type { ServerResponse } from 'node:http';
import type { ByteRange } from './byte-range.ts';

/** Bytes read at once; two of them are in memory for each request. */
const PIECE = 2 ** 20;

export interface Sending {
  /** Fills memory with the bytes at an offset. */
  readonly read: (offset: number, target: Buffer) => Promise<void>;
  readonly range: ByteRange;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called when the first bytes are there, before they are sent. */
  readonly begin: () => void;
}

/**
 * Sends a range of a disk, no faster than it is taken. Two pieces of memory take turns: one is filled while the other is
 * sent. @throws what the reading says, before the first byte or after it; the reason of the signal
 */
export async function sendRange(response: ServerResponse, { read, range, signal, begin }: Sending): Promise<void> {
  const end = range.offset + range.length;
  const memory = [0, 1].map(() => Buffer.allocUnsafeSlow(Math.min(PIECE, range.length)));
  let sent: Promise<void> = Promise.resolve();
  for (let offset = range.offset, turn = 0; offset < end; turn = 1 - turn) {
    const piece = memory[turn]?.subarray(0, end - offset) ?? Buffer.alloc(0);
    await read(offset, piece);
    if (offset === range.offset) begin();
    await sent; // then the other memory is free for the next piece
    signal.throwIfAborted();
    sent = send(response, piece, signal);
    offset += piece.length;
  }
  await sent;
  signal.throwIfAborted();
  response.end();
}

/** Resolves when the bytes have left, or nobody takes them any more. */
function send(response: ServerResponse, piece: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    response.write(piece, done);
  });
}
