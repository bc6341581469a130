import { refusal } from '@imago/contracts';
import { ObjectNotFoundError, ObjectStoreUnavailableError } from '@imago/object-store';
import type { Request, Response } from 'express';
import { type ByteRange, parseRange } from './byte-range.ts';
import { sendFile } from './send-file.ts';

/** A file as it is answered with. */
export interface FileAnswer {
  /** Bytes. */
  readonly size: number;
  /** MD5, hex; null where nobody knows it. */
  readonly checksum: string | null;
  /** With quotes. */
  readonly etag: string;
  /** Fills the memory with the bytes at an offset, and answers it. */
  readonly read: (offset: number, into: Buffer, signal: AbortSignal) => Promise<Buffer>;
  /** Told when the answer had to be cut, after its first byte. */
  readonly cut: (error: unknown) => void;
}

/**
 * Answers with a file, or the range of it that is asked for: one chunk after the other as fast as the client takes them;
 * a client that goes away ends the reading at once.
 * @throws Refusal before the first byte.
 */
export async function answerFile(request: Request, response: Response, file: FileAnswer): Promise<void> {
  response.setHeader('ETag', file.etag);
  response.setHeader('Accept-Ranges', 'bytes');
  if (isKnown(request.get('if-none-match'), file.etag)) {
    response.status(304).end();
    return;
  }
  const part = partOf(request, response, file);
  if (request.method === 'HEAD') {
    describePart(response, file, part);
    response.end();
    return;
  }
  await send(response, file, part);
}

async function send(response: Response, file: FileAnswer, part: ByteRange | null): Promise<void> {
  if (response.destroyed) return;
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  const range = part ?? { offset: 0, length: file.size };
  try {
    await sendFile(response, {
      read: (offset, into) => file.read(offset, into, gone.signal),
      range,
      signal: gone.signal,
      begin: () => {
        describePart(response, file, part);
      },
    });
  } catch (error) {
    if (gone.signal.aborted && !response.errored) return; // the client left; its log line says so
    if (!response.headersSent) throw storeRefusal(error);
    file.cut(error);
    response.destroy();
  }
}

/** What is read of the object: a range when the client asks for one of the image as it is now, else all of it. */
function partOf(request: Request, response: Response, { size, etag }: FileAnswer): ByteRange | null {
  const asked = request.get('range') ?? request.get('content-range');
  const condition = request.get('if-range');
  if (asked === undefined || (condition !== undefined && condition !== etag)) return null;
  try {
    return parseRange(asked, size);
  } catch (error) {
    response.setHeader('Content-Range', `bytes */${size}`);
    throw error;
  }
}

function describePart(response: Response, { size, checksum }: FileAnswer, part: ByteRange | null): void {
  response.setHeader('Content-Type', 'application/octet-stream');
  if (part === null) {
    response.status(200).setHeader('Content-Length', size);
    // Glance sends the hex digest under this name, and clients compare it with what they received.
    if (checksum !== null) response.setHeader('Content-MD5', checksum);
    return;
  }
  const last = part.offset + part.length - 1;
  response.status(206).setHeader('Content-Length', part.length);
  response.setHeader('Content-Range', `bytes ${part.offset}-${last}/${size}`);
}

/** What a client is told of an error of the store. Anything that is not the store's stays what it is. */
function storeRefusal(error: unknown): unknown {
  if (error instanceof ObjectStoreUnavailableError) {
    return refusal('service.unavailable', 'The store of this region does not answer.');
  }
  // Deleted between the look at the catalog and this: the same answer as a moment later.
  return error instanceof ObjectNotFoundError ? refusal('image.not_found', 'There is no such image any more.') : error;
}

/** Whether an If-None-Match names what there is: any of several, `*`, and weak ones compare like strong ones here. */
function isKnown(condition: string | undefined, etag: string): boolean {
  const known = (condition ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
