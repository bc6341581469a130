import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { ByteRange } from './conditions.ts';
import type { SegmentFiles } from './segments.ts';
import type { Piece } from './state.ts';

/** Read size; two reads are under way per response, so a response holds at most 2 MiB. */
const BUFFER_BYTES = 1 << 20;
const MAX_IDLE_BUFFERS = 16;

/** Buffers are used again: a fresh MiB costs its page faults, a tenth of the time of sending it. */
const idleBuffers: Buffer[] = [];

/** The part of `pieces` that holds the range. */
export function slicePieces(pieces: readonly Piece[], range: ByteRange): Piece[] {
  const sliced: Piece[] = [];
  let skip = range.offset;
  let left = range.length;
  for (const piece of pieces) {
    const offset = Math.min(skip, piece.length);
    const length = Math.min(piece.length - offset, left);
    if (length > 0) sliced.push({ segment: piece.segment, offset: piece.offset + offset, length });
    skip -= offset;
    left -= length;
    if (left === 0) break;
  }
  return sliced;
}

/** Streams pieces into a response and ends it; resolves when the last byte was handed to the socket, or the client left. */
export async function sendPieces(
  response: ServerResponse,
  segments: SegmentFiles,
  pieces: readonly Piece[],
): Promise<void> {
  let writing: Promise<void> = Promise.resolve();
  for (const piece of pieces) {
    const file = await open(segments.path(piece.segment), 'r');
    try {
      for (let at = 0; at < piece.length; at += BUFFER_BYTES) {
        if (response.destroyed) return;
        const buffer = idleBuffers.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
        const filled = await fill(
          file,
          buffer.subarray(0, Math.min(BUFFER_BYTES, piece.length - at)),
          piece.offset + at,
        );
        await writing; // the next read runs while this write is under way
        writing = write(response, filled, buffer);
      }
    } finally {
      await file.close();
    }
  }
  await writing;
  response.end();
}

async function fill(file: FileHandle, buffer: Buffer, position: number): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) throw new Error('A segment is shorter than its object');
    filled += bytesRead;
  }
  return buffer;
}

/** The buffer is free again only after the callback: until then the socket reads from it. */
function write(response: ServerResponse, bytes: Buffer, buffer: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const onClose = (): void => {
      resolve(); // the client left; the buffer may still be in the kernel's hands, so it is not used again
    };
    response.once('close', onClose);
    response.write(bytes, (error) => {
      response.off('close', onClose);
      if (!error && idleBuffers.length < MAX_IDLE_BUFFERS) idleBuffers.push(buffer);
      resolve();
    });
  });
}
