import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const OPTION_MAGIC = 0x49484156454f5054n;

/** What the server says to a read. */
export interface NbdReply {
  readonly error: number;
  readonly data: Buffer;
}

/** Speaks NBD byte by byte, also badly. */
export class NbdClient {
  readonly socket: Socket;
  #chunks: Buffer[] = [];
  #received = 0;
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => (this.#ended = true));
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#received += chunk.length;
    });
  }

  /** Connected, and past the greeting. */
  static connect(path: string): Promise<NbdClient> {
    return NbdClient.greeted(path, 3);
  }

  /** The same, with other flags than usual, or without any. */
  static async greeted(path: string, flags: number | null): Promise<NbdClient> {
    const socket = connect(path);
    await once(socket, 'connect');
    const client = new NbdClient(socket);
    await client.take(18);
    if (flags !== null) socket.write(u32(flags));
    return client;
  }

  /** Connected to an export. */
  static async open(path: string, name: string): Promise<NbdClient> {
    const client = await NbdClient.connect(path);
    client.option(7, Buffer.concat([u32(Buffer.byteLength(name)), Buffer.from(name), Buffer.alloc(2)]));
    for (;;) {
      const { type, data } = await client.optionReply();
      if (type === 1) return client;
      if (type !== 3) throw new Error(`refused with ${type}: ${data.toString()}`);
    }
  }

  option(type: number, data: Buffer): void {
    this.socket.write(Buffer.concat([u64(OPTION_MAGIC), u32(type), u32(data.length), data]));
  }

  async optionReply(): Promise<{ readonly type: number; readonly data: Buffer }> {
    const head = await this.take(20);
    return { type: head.readUInt32BE(12), data: await this.take(head.readUInt32BE(16)) };
  }

  request(type: number, offset: bigint | number, length: number, cookie = 1n): void {
    this.socket.write(
      Buffer.concat([u32(0x25609513), u16(0), u16(type), u64(cookie), u64(BigInt(offset)), u32(length)]),
    );
  }

  /** The next reply, to a request for that many bytes. */
  async reply(length: number): Promise<NbdReply & { readonly cookie: bigint }> {
    const head = await this.take(16);
    const error = head.readUInt32BE(4);
    return { error, cookie: head.readBigUInt64BE(8), data: error === 0 ? await this.take(length) : Buffer.alloc(0) };
  }

  async read(offset: bigint | number, length: number): Promise<NbdReply> {
    this.request(0, offset, length);
    return this.reply(length);
  }

  async take(length: number): Promise<Buffer> {
    while (this.#received < length) {
      if (this.#ended) throw new Error('The server ended the connection');
      await this.#change();
    }
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(length)];
    this.#received -= length;
    return all.subarray(0, length);
  }

  /** Answers when the server has ended the connection. */
  async ended(): Promise<void> {
    while (!this.#ended) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((changed) => {
      const { socket } = this;
      const done = (): void => {
        socket.off('data', done).off('close', done);
        changed();
      };
      socket.on('data', done).on('close', done);
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
