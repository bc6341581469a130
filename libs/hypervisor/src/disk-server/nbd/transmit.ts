import type { Socket } from 'node:net';
import { Budget } from '../budget.ts';
import type { OpenExport } from './export-source.ts';
import type { Client } from './negotiate.ts';
import { ConnectionEnded } from './socket-reader.ts';
import { COMMAND, ERROR, LONGEST_READ, NBD } from './wire.ts';

/** Requests of one connection that are worked on at once; the next one is not read before one of them is answered. */
const REQUESTS_AT_ONCE = 16;
/** Bytes of the replies to them; one that is longer is made alone. */
const REPLIES_AT_ONCE = 16 * 2 ** 20;
const REQUEST_BYTES = 28;
/** Replies of this size and more have memory of their own, which is given back at once. */
const LARGE = 64 * 1024;

interface Request {
  readonly flags: number;
  readonly type: number;
  readonly cookie: bigint;
  readonly offset: bigint;
  readonly length: number;
}

/**
 * Answers requests, in whatever order they are done, until the client disconnects; what was begun is answered still.
 * `memory` is for the replies of all connections.
 * @throws ConnectionEnded when the connection ends or the client does not speak the protocol
 */
export async function transmit(client: Client, disk: OpenExport, memory: Budget): Promise<void> {
  const places = new Budget(REQUESTS_AT_ONCE);
  const share = new Budget(REPLIES_AT_ONCE);
  const running = new Set<Promise<void>>();
  try {
    for (;;) {
      const request = parseRequest(await client.reader.take(REQUEST_BYTES));
      if (request.type === COMMAND.disconnect) return;
      const refusal = refusalOf(request, disk.size);
      if (request.type === COMMAND.write) await skipPayload(client, request.length);
      const leave = await places.take(1);
      const isRead = request.type === COMMAND.read && refusal === ERROR.none;
      const taken = isRead ? [await share.take(request.length), await memory.take(request.length)] : [];
      const work = isRead ? answerRead(client.socket, disk, request) : answer(client.socket, request.cookie, refusal);
      const done = work.finally(() => {
        for (const giveBack of [...taken, leave]) giveBack();
        running.delete(done);
      });
      running.add(done);
    }
  } finally {
    await Promise.all(running);
  }
}

function parseRequest(bytes: Buffer): Request {
  if (bytes.readUInt32BE(0) !== NBD.requestMagic) throw new ConnectionEnded();
  return {
    flags: bytes.readUInt16BE(4),
    type: bytes.readUInt16BE(6),
    cookie: bytes.readBigUInt64BE(8),
    offset: bytes.readBigUInt64BE(16),
    length: bytes.readUInt32BE(24),
  };
}

/** The error a request is answered with unread. */
function refusalOf({ type, flags, offset, length }: Request, size: number): number {
  switch (type) {
    case COMMAND.read: {
      const isInside = length > 0 && length <= LONGEST_READ && offset + BigInt(length) <= BigInt(size);
      return isInside && flags === 0 ? ERROR.none : ERROR.invalid;
    }
    case COMMAND.flush:
      return ERROR.none;
    case COMMAND.write:
    case COMMAND.trim:
    case COMMAND.writeZeroes:
      return ERROR.permission;
    default:
      return ERROR.invalid;
  }
}

/** What a client wants to write comes with its request, and must pass before the next one is seen. */
async function skipPayload({ reader }: Client, length: number): Promise<void> {
  if (length > LONGEST_READ) throw new ConnectionEnded();
  await reader.skip(length);
}

async function answerRead(socket: Socket, disk: OpenExport, { cookie, offset, length }: Request): Promise<void> {
  const target = length < LARGE ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length);
  const error = await disk.read(Number(offset), target).then(
    () => ERROR.none,
    () => ERROR.io,
  );
  await answer(socket, cookie, error, error === ERROR.none ? target : undefined);
  // Nobody reads it any more, neither the disk nor the socket; the collector would let a second's worth pile up.
  if (length >= LARGE && target.buffer instanceof ArrayBuffer) target.buffer.transfer(0);
}

/** Returns when the reply is with the kernel, or the connection is gone. */
function answer(socket: Socket, cookie: bigint, error: number, data?: Buffer): Promise<void> {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(NBD.simpleReplyMagic, 0);
  head.writeUInt32BE(error, 4);
  head.writeBigUInt64BE(cookie, 8);
  return new Promise((done) => {
    const settled = (): void => {
      done();
    };
    socket.cork();
    if (data === undefined) socket.write(head, settled);
    else {
      socket.write(head);
      socket.write(data, settled);
    }
    socket.uncork();
  });
}
