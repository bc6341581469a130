import { connect, type Socket } from 'node:net';
import { ConnectionEnded, SocketReader } from './socket-reader.ts';
import { COMMAND, HANDSHAKE_FLAGS, INFO, NBD, OPTION, REPLY } from './wire.ts';

/** Milliseconds without a byte of what is waited for; the server itself waits for its store for a minute. */
const SILENCE = 90_000;
const HELLO_BYTES = 18;
const REPLY_BYTES = 16;
/** Bytes that are taken from the socket at once. */
const CHUNK = 64 * 1024;
const LONGEST_MESSAGE = 8_192;

/** The server answers, and does not give the disk or its bytes. */
export class NbdRefusal extends Error {
  override readonly name = 'NbdRefusal';
}

interface Pending {
  /** Null once nobody wants the bytes any more. */
  target: Buffer | null;
  readonly length: number;
  readonly done: (error?: Error) => void;
}

/** One connection to an export. Reads are sent at once and answered in any order. */
export class NbdConnection {
  /** Bytes of the disk. */
  readonly size: number;
  /** When it answers no more. Never rejects. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #reader: SocketReader;
  readonly #pending = new Map<bigint, Pending>();
  #cookie = 0n;
  #hasEnded = false;

  private constructor(socket: Socket, reader: SocketReader, size: number) {
    this.#socket = socket;
    this.#reader = reader;
    this.size = size;
    socket.on('timeout', () => {
      if (this.#pending.size > 0) socket.destroy();
    });
    this.ended = this.#listen();
  }

  /** @throws ConnectionEnded when nobody is there or the connection ends, NbdRefusal when the export is not given */
  static async open(place: { readonly socket: string; readonly export: string }): Promise<NbdConnection> {
    const socket = connect(place.socket);
    socket.on('error', () => undefined); // seen by the reader
    socket.setTimeout(SILENCE);
    const silent = (): unknown => socket.destroy();
    socket.on('timeout', silent);
    try {
      const reader = new SocketReader(socket);
      const size = await greet(socket, reader, place.export);
      socket.off('timeout', silent);
      return new NbdConnection(socket, reader, size);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  /** Fills the target. @throws ConnectionEnded | NbdRefusal | the signal's reason */
  read(offset: number, target: Buffer, signal: AbortSignal): Promise<void> {
    if (this.#hasEnded) return Promise.reject(new ConnectionEnded());
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const pending: Pending = {
      target,
      length: target.length,
      done: (error) => {
        signal.removeEventListener('abort', abandon);
        if (error === undefined) resolve(undefined);
        else reject(error);
      },
    };
    const abandon = (): void => {
      pending.target = null; // its bytes still come, and the caller's memory is its own again
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abandon, { once: true });
    this.#cookie += 1n;
    this.#pending.set(this.#cookie, pending);
    this.#socket.write(readRequest(this.#cookie, offset, target.length));
    return promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #listen(): Promise<void> {
    try {
      for (;;) await this.#hearReply();
    } catch {
      this.#hasEnded = true;
      this.#socket.destroy();
      for (const { done } of this.#pending.values()) done(new ConnectionEnded());
      this.#pending.clear();
    }
  }

  async #hearReply(): Promise<void> {
    const head = await this.#reader.take(REPLY_BYTES);
    const cookie = head.readBigUInt64BE(8);
    const pending = this.#pending.get(cookie);
    if (head.readUInt32BE(0) !== NBD.simpleReplyMagic || pending === undefined) throw new ConnectionEnded();
    const error = head.readUInt32BE(4);
    for (let done = 0; error === 0 && done < pending.length;) {
      const chunk = await this.#reader.take(Math.min(CHUNK, pending.length - done));
      if (pending.target !== null) chunk.copy(pending.target, done);
      done += chunk.length;
    }
    this.#pending.delete(cookie);
    pending.done(error === 0 ? undefined : new NbdRefusal(`The disk server cannot read this: error ${error}`));
  }
}

/** The handshake, as the server of this house speaks it. @returns the bytes of the disk */
async function greet(socket: Socket, reader: SocketReader, name: string): Promise<number> {
  const hello = await reader.take(HELLO_BYTES);
  if (hello.readBigUInt64BE(0) !== NBD.magic || hello.readBigUInt64BE(8) !== NBD.optionMagic)
    throw new ConnectionEnded();
  socket.write(goRequest(name));
  let size = 0;
  for (;;) {
    const head = await reader.take(20);
    const [type, length] = [head.readUInt32BE(12), head.readUInt32BE(16)];
    if (head.readBigUInt64BE(0) !== NBD.optionReplyMagic || length > LONGEST_MESSAGE) throw new ConnectionEnded();
    const data = await reader.take(length);
    if (type === REPLY.ack) return size;
    if (type !== REPLY.info) throw new NbdRefusal(`The disk server does not give ${name}: ${data.toString()}`);
    if (data.readUInt16BE(0) === INFO.export) size = Number(data.readBigUInt64BE(2));
  }
}

function goRequest(name: string): Buffer {
  const bytes = Buffer.byteLength(name);
  const request = Buffer.alloc(4 + 16 + 4 + bytes + 2);
  request.writeUInt32BE(HANDSHAKE_FLAGS.fixedNewstyle | HANDSHAKE_FLAGS.noZeroes, 0);
  request.writeBigUInt64BE(NBD.optionMagic, 4);
  request.writeUInt32BE(OPTION.go, 12);
  request.writeUInt32BE(4 + bytes + 2, 16);
  request.writeUInt32BE(bytes, 20);
  request.write(name, 24);
  return request;
}

function readRequest(cookie: bigint, offset: number, length: number): Buffer {
  const request = Buffer.alloc(28);
  request.writeUInt32BE(NBD.requestMagic, 0);
  request.writeUInt16BE(COMMAND.read, 6);
  request.writeBigUInt64BE(cookie, 8);
  request.writeBigUInt64BE(BigInt(offset), 16);
  request.writeUInt32BE(length, 24);
  return request;
}
