import type { Socket } from 'node:net';
import { ExportRefusal, type ExportSource, type OpenExport } from './export-source.ts';
import { ConnectionEnded, type SocketReader } from './socket-reader.ts';
import { ADVISED_READ, EXPORT_FLAGS, HANDSHAKE_FLAGS, INFO, NBD, OPTION, REPLY } from './wire.ts';

/** Milliseconds a client has for each thing it says. */
const TURN = 10_000;
/** More than any client needs; each costs us an answer. */
const MOST_OPTIONS = 64;
/** A name has 4,096 bytes at most; the rest is for what is asked about it. */
const LONGEST_OPTION = 8_192;
/** What more than that says is read over, up to this. */
const LONGEST_SKIP = 2 ** 20;

export interface Client {
  readonly socket: Socket;
  readonly reader: SocketReader;
}

/**
 * The fixed newstyle handshake. Answers the export that the client has chosen, or null when it has chosen none; it is
 * closed by whoever gets it.
 * @throws ConnectionEnded also when the client does not speak the protocol
 */
export async function negotiate(client: Client, exports: ExportSource): Promise<OpenExport | null> {
  const { socket } = client;
  const hello = Buffer.alloc(18);
  hello.writeBigUInt64BE(NBD.magic, 0);
  hello.writeBigUInt64BE(NBD.optionMagic, 8);
  hello.writeUInt16BE(HANDSHAKE_FLAGS.fixedNewstyle | HANDSHAKE_FLAGS.noZeroes, 16);
  socket.write(hello);
  const flags = (await hear(client, 4)).readUInt32BE(0);
  if ((flags & ~(HANDSHAKE_FLAGS.fixedNewstyle | HANDSHAKE_FLAGS.noZeroes)) !== 0) throw new ConnectionEnded();
  const hasNoZeroes = (flags & HANDSHAKE_FLAGS.noZeroes) !== 0;
  for (let asked = 0; asked < MOST_OPTIONS; asked += 1) {
    const option = await hearOption(client);
    if (option === null) continue;
    if (option.type === OPTION.abort) {
      reply(socket, option.type, REPLY.ack);
      return null;
    }
    if (option.type === OPTION.exportName) return openByName(client, exports, { name: option.data, hasNoZeroes });
    const chosen = await answer(client, exports, option);
    if (chosen !== undefined) return chosen;
  }
  throw new ConnectionEnded();
}

interface Option {
  readonly type: number;
  readonly data: Buffer;
}

/** Null when it was too long, and refused. */
async function hearOption(client: Client): Promise<Option | null> {
  const head = await hear(client, 16);
  if (head.readBigUInt64BE(0) !== NBD.optionMagic) throw new ConnectionEnded();
  const type = head.readUInt32BE(8);
  const length = head.readUInt32BE(12);
  if (length <= LONGEST_OPTION) return { type, data: await hear(client, length) };
  if (length > LONGEST_SKIP || type === OPTION.exportName) throw new ConnectionEnded();
  await withinTurn(client, () => client.reader.skip(length));
  reply(client.socket, type, REPLY.tooBig);
  return null;
}

async function answer({ socket }: Client, exports: ExportSource, option: Option): Promise<OpenExport | undefined> {
  const { type, data } = option;
  if (type === OPTION.list) {
    // Whoever may read a disk knows its name.
    reply(socket, type, data.length === 0 ? REPLY.ack : REPLY.invalid);
  } else if (type === OPTION.info || type === OPTION.go) {
    const wanted = parseInfo(data);
    if (wanted === null) reply(socket, type, REPLY.invalid);
    else return answerInfo(socket, exports, { type, ...wanted });
  } else {
    reply(socket, type, REPLY.unsupported);
  }
  return undefined;
}

async function answerInfo(
  socket: Socket,
  exports: ExportSource,
  { type, name, asks }: { readonly type: number; readonly name: string; readonly asks: readonly number[] },
): Promise<OpenExport | undefined> {
  let opened: OpenExport;
  try {
    opened = await exports.open(name);
  } catch (error) {
    if (!(error instanceof ExportRefusal)) throw error;
    reply(socket, type, REPLY.unknown, Buffer.from(error.message.slice(0, 1_000)));
    return undefined;
  }
  reply(socket, type, REPLY.info, exportInfo(opened));
  if (asks.includes(INFO.blockSize)) reply(socket, type, REPLY.info, blockSizeInfo());
  reply(socket, type, REPLY.ack);
  if (type === OPTION.go) return opened;
  opened.close();
  return undefined;
}

/** The oldest way to choose: no refusal can be told, only the end of the connection. */
async function openByName(
  { socket }: Client,
  exports: ExportSource,
  { name, hasNoZeroes }: { readonly name: Buffer; readonly hasNoZeroes: boolean },
): Promise<OpenExport | null> {
  try {
    const opened = await exports.open(name.toString('utf8'));
    const facts = Buffer.alloc(hasNoZeroes ? 10 : 134);
    exportInfo(opened).copy(facts, 0, 2);
    socket.write(facts);
    return opened;
  } catch (error) {
    if (error instanceof ExportRefusal) return null;
    throw error;
  }
}

function parseInfo(data: Buffer): { readonly name: string; readonly asks: readonly number[] } | null {
  if (data.length < 6) return null;
  const nameEnd = 4 + data.readUInt32BE(0);
  if (nameEnd + 2 > data.length) return null;
  const count = data.readUInt16BE(nameEnd);
  if (nameEnd + 2 + 2 * count !== data.length) return null;
  const asks = Array.from({ length: count }, (_, at) => data.readUInt16BE(nameEnd + 2 + 2 * at));
  return { name: data.toString('utf8', 4, nameEnd), asks };
}

function exportInfo({ size }: OpenExport): Buffer {
  const info = Buffer.alloc(12);
  info.writeUInt16BE(INFO.export, 0);
  info.writeBigUInt64BE(BigInt(size), 2);
  info.writeUInt16BE(EXPORT_FLAGS, 10);
  return info;
}

function blockSizeInfo(): Buffer {
  const info = Buffer.alloc(14);
  info.writeUInt16BE(INFO.blockSize, 0);
  [1, 4096, ADVISED_READ].forEach((bytes, at) => info.writeUInt32BE(bytes, 2 + 4 * at));
  return info;
}

function reply(socket: Socket, option: number, type: number, data: Buffer = Buffer.alloc(0)): void {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(NBD.optionReplyMagic, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(data.length, 16);
  socket.write(Buffer.concat([head, data]));
}

function hear(client: Client, length: number): Promise<Buffer> {
  return withinTurn(client, () => client.reader.take(length));
}

/** A client that stays silent is sent away. */
async function withinTurn<T>({ socket }: Client, listen: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => socket.destroy(), TURN);
  try {
    return await listen();
  } finally {
    clearTimeout(timer);
  }
}
