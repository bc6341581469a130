import type { Response } from 'express';
import type { ByteRange } from './byte-range.ts';

/** Bytes read at once: few requests to the store, and little memory for each client. */
const PIECE = 2 * 2 ** 20;

export interface Sending {
  /** Fills memory with the bytes at an offset, and answers it. */
  readonly read: (offset: number, into: Buffer) => Promise<Buffer>;
  readonly range: ByteRange;
  /** Ends the reading; the client is gone. */
  readonly signal: AbortSignal;
  /** Called when the first bytes are there, before they are sent. */
  readonly begin: () => void;
}

/**
 * Sends a range of a file, no faster than the client takes it. Two pieces of memory take turns: one is filled while
 * the other is sent. A stream from the store to the client costs twice as much, most of it for garbage.
 * @throws what the reading says, before the first byte or after it
 */
export async function sendFile(response: Response, { read, range, signal, begin }: Sending): Promise<void> {
  const end = range.offset + range.length;
  const memory = [0, 1].map(() => Buffer.allocUnsafeSlow(Math.min(PIECE, range.length)));
  const readAt = (offset: number, turn: number): Promise<Buffer> =>
    read(offset, memory[turn]?.subarray(0, Math.min(PIECE, end - offset)) ?? Buffer.alloc(0));
  let reading = readAt(range.offset, 0);
  let sent: Promise<void> = Promise.resolve();
  for (let offset = range.offset, turn = 1; ; turn = 1 - turn) {
    const piece = await reading;
    if (offset === range.offset) begin();
    const sending = send(response, piece, signal);
    await sent; // then the other memory is free
    sent = sending;
    offset += piece.length;
    if (offset >= end) break;
    reading = readAt(offset, turn);
  }
  await sent;
  response.end();
}

/** Resolves when the bytes have left, or nobody takes them any more. */
function send(response: Response, piece: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    response.write(piece, done);
  });
}
