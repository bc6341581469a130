import { connect, type Socket } from 'node:net';
import type { Landing } from './landing.ts';
import { ObjectStoreUnavailableError } from './object-store.errors.ts';
import { connectionLost } from './reply-body.ts';
import { hostOf, limitConnecting, type SignedRequest, targetOf, type TransportLimits } from './wire-request.ts';

/** Longer than the head of any reply to a GET. */
const HEAD_BYTES = 32_768;

export interface DirectReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What the store says of an error; empty when the body has landed. */
  readonly body: Buffer;
}

interface Head extends Omit<DirectReply, 'body'> {
  /** Bytes of the body. */
  readonly length: number;
}

interface Exchange {
  readonly landing: Landing;
  /** Of a body that lands; undefined until it is there. */
  head: Head | undefined;
  readonly settle: (outcome: DirectReply | Error | undefined) => void;
}

/**
 * A kept connection that reads bodies straight into the memory they are wanted in. Node's HTTP client makes a buffer of
 * 64 KiB for every piece that arrives, and collecting those costs more than everything else about reading. It speaks
 * just enough HTTP/1.1 for the replies S3 gives to a GET; whatever else comes is left to the ordinary client.
 */
export class DirectConnection {
  readonly #socket: Socket;
  readonly #head = Buffer.allocUnsafeSlow(HEAD_BYTES);
  #headLength = 0;
  #exchange: Exchange | undefined;
  #exchanges = 0;
  #fellSilent = false;

  constructor(request: SignedRequest, { connect_ms, silence_ms, guard }: TransportLimits) {
    const onread = { buffer: () => this.#room(), callback: (bytes: number) => this.#received(bytes) };
    const port = request.port ?? 80;
    const lookup = guard === undefined ? {} : { lookup: guard.lookup };
    this.#socket = connect({ host: hostOf(request), port, noDelay: true, keepAlive: true, onread, ...lookup });
    limitConnecting(this.#socket, connect_ms);
    // Not as an argument of setTimeout, which hears the first time alone: that may pass while nobody asks anything.
    this.#socket.setTimeout(silence_ms).on('timeout', () => {
      if (this.#exchange === undefined) return;
      this.#fellSilent = true;
      this.#fail(new ObjectStoreUnavailableError('The store fell silent.'));
    });
    this.#socket.on('error', (error) => {
      this.#fail(connectionLost(error));
    });
    this.#socket.on('close', () => {
      this.#fail(connectionLost(new Error('it was closed')));
    });
  }

  /** True when another exchange may follow. */
  get isReusable(): boolean {
    return this.#exchanges > 0 && this.#exchange === undefined && !this.#socket.destroyed;
  }

  /** It may have been closed by the store while nobody used it, which says nothing about the store. */
  get wasStale(): boolean {
    return this.#exchanges > 1 && this.#headLength === 0 && !this.#fellSilent;
  }

  /** Does not keep the process alive while it is idle. */
  rest(): void {
    this.#socket.unref();
  }

  /**
   * The reply, once its body is here; undefined when it is none that this can read.
   * @throws ObjectStoreUnavailableError, or the reason of the signal
   */
  async ask(request: SignedRequest, landing: Landing, signal?: AbortSignal): Promise<DirectReply | undefined> {
    const abort = (): void => {
      const reason: unknown = signal?.reason;
      this.#fail(reason instanceof Error ? reason : new Error('The request was aborted.', { cause: reason }));
    };
    this.#socket.ref();
    this.#headLength = 0;
    this.#exchanges += 1;
    try {
      return await new Promise((resolve, reject) => {
        const settle = (outcome: DirectReply | Error | undefined): void => {
          this.#exchange = undefined;
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        };
        this.#exchange = { landing, head: undefined, settle };
        signal?.addEventListener('abort', abort, { once: true });
        if (signal?.aborted === true) abort();
        else if (this.#socket.destroyed) this.#fail(connectionLost(new Error('it was closed')));
        else this.#socket.write(textOf(request), 'latin1');
      });
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  #fail(error: Error): void {
    this.#socket.destroy();
    this.#exchange?.settle(error);
  }

  /** Where the next bytes go. */
  #room(): Buffer {
    const { landing, head } = this.#exchange ?? {};
    if (landing === undefined || head === undefined) return this.#head.subarray(this.#headLength);
    return landing.target.subarray(landing.arrived, head.length);
  }

  #received(bytes: number): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) this.#socket.destroy(); // nobody asked
    else if (exchange.head === undefined) this.#receivedHead(exchange, bytes);
    else this.#landed(exchange, bytes);
    return true;
  }

  #receivedHead(exchange: Exchange, bytes: number): void {
    this.#headLength += bytes;
    const received = this.#head.subarray(0, this.#headLength);
    const end = received.indexOf('\r\n\r\n') + 4;
    if (end < 4 && this.#headLength < HEAD_BYTES) return;
    const head = end < 4 ? undefined : headOf(received.toString('latin1', 0, end - 4));
    const isGood = head !== undefined && head.statusCode < 300;
    const most = isGood ? exchange.landing.target.length : HEAD_BYTES - end;
    if (head === undefined || head.length > most || this.#headLength > end + head.length) {
      this.#socket.destroy();
      exchange.settle(undefined);
    } else if (isGood) {
      exchange.head = head;
      exchange.landing.headers = head.headers;
      this.#landed(exchange, received.copy(exchange.landing.target, 0, end));
    } else if (this.#headLength === end + head.length) {
      this.#finish(exchange, { ...head, body: Buffer.from(received.subarray(end)) });
    }
  }

  #landed(exchange: Exchange, bytes: number): void {
    const { landing, head } = exchange;
    landing.arrived += bytes;
    if (bytes > 0) landing.onArrival();
    if (head !== undefined && landing.arrived === head.length) {
      this.#finish(exchange, { ...head, body: Buffer.alloc(0) });
    }
  }

  #finish(exchange: Exchange, reply: DirectReply): void {
    this.#headLength = 0;
    if (/close/i.test(reply.headers['connection'] ?? '')) this.#socket.destroy();
    exchange.settle(reply);
  }
}

function textOf(request: SignedRequest): string {
  const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  if (lines.some((line) => /[^\t\x20-\x7e]/.test(line))) throw new Error('A header has characters it must not have.');
  return [`${request.method} ${targetOf(request)} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** The head of a reply whose body has a known length; undefined for every other. */
function headOf(text: string): Head | undefined {
  const [status = '', ...lines] = text.split('\r\n');
  const code = /^HTTP\/1\.1 (?<code>20[06]|[45]\d\d)(?: |$)/.exec(status)?.groups?.['code'];
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const { name, value } = /^(?<name>[^:\s]+):[ \t]*(?<value>.*?)[ \t]*$/.exec(line)?.groups ?? {};
    if (name === undefined || value === undefined) return undefined;
    headers[name.toLowerCase()] = value;
  }
  const { 'content-length': length = '', 'transfer-encoding': coding } = headers;
  if (code === undefined || coding !== undefined || !/^\d{1,15}$/.test(length)) return undefined;
  return { statusCode: Number(code), headers, length: Number(length) };
}
