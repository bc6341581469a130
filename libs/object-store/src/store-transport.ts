import http, { type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { type Duplex, Readable } from 'node:stream';
import { ObjectStoreUnavailableError } from './object-store.errors.ts';
import { connectionLost, ReplyBody } from './reply-body.ts';

export interface TransportLimits {
  readonly max_sockets: number;
  /** Milliseconds until a connection stands. */
  readonly connect_ms: number;
  /** Milliseconds without a byte in either direction, while it is the store's turn. */
  readonly silence_ms: number;
}

/** A request as the SDK has signed it. */
interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Reply {
  readonly statusCode: number;
  readonly reason: string | undefined;
  readonly headers: Record<string, string>;
  readonly body: ReplyBody;
}

interface HandlerOptions {
  readonly abortSignal?: AbortSignal;
}

/**
 * How the SDK's requests go over the wire: connections are bounded and kept, every wait ends. The SDK's own handler
 * opens a connection per large upload, counts the time in its queue as time to connect, and takes a reader that is
 * slow for a store that is silent.
 */
export class StoreTransport {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #limits: TransportLimits;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor(limits: TransportLimits) {
    this.#limits = limits;
    const options = { keepAlive: true, maxSockets: limits.max_sockets, scheduling: 'lifo' } as const;
    this.#agents = { http: new http.Agent(options), https: new https.Agent(options) };
    for (const agent of Object.values(this.#agents)) limitConnecting(agent, limits.connect_ms);
  }

  /**
   * Answers when the headers of the reply are there. The signal ends the request and the body of its reply.
   * @throws ObjectStoreUnavailableError
   */
  handle(request: SignedRequest, { abortSignal: signal }: HandlerOptions = {}): Promise<{ response: Reply }> {
    return new Promise((resolve, reject) => {
      const outgoing = this.#open(request);
      let body: ReplyBody | undefined;
      const fail = (error: Error): void => {
        reject(error);
        (body ?? outgoing).destroy(error);
      };
      outgoing.on('error', (error) => {
        reject(connectionLost(error));
      });
      outgoing.once('response', (incoming) => {
        body = new ReplyBody(incoming);
        // A store that has answered does not want the rest of what it was being sent.
        incoming.once('end', () => {
          if (!outgoing.writableFinished) outgoing.destroy();
        });
        const { statusCode = 0, statusMessage: reason, headers } = incoming;
        resolve({ response: { statusCode, reason, headers: flat(headers), body } });
      });
      outgoing.on('timeout', () => {
        if (body?.waitsForReader === true) outgoing.setTimeout(this.#limits.silence_ms);
        else fail(new ObjectStoreUnavailableError('The store fell silent.'));
      });
      outgoing.setTimeout(this.#limits.silence_ms);
      if (signal !== undefined) endWith(signal, outgoing, fail);
      send(outgoing, request.body);
    });
  }

  destroy(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  /** The SDK's settings for its own handler do not concern this one. */
  updateHttpClientConfig(): void {
    return;
  }

  httpHandlerConfigs(): Record<string, never> {
    return {};
  }

  #open({ protocol, hostname, port, method, path, query, headers }: SignedRequest): ClientRequest {
    const isPlain = protocol === 'http:';
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const agent = isPlain ? this.#agents.http : this.#agents.https;
    return (isPlain ? http : https).request({ host, port, method, path: path + queryText(query), headers, agent });
  }
}

function endWith(signal: AbortSignal, outgoing: ClientRequest, fail: (error: Error) => void): void {
  const abort = (): void => {
    const reason: unknown = signal.reason;
    fail(reason instanceof Error ? reason : new Error('The request was aborted.', { cause: reason }));
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  outgoing.once('close', () => {
    signal.removeEventListener('abort', abort);
  });
}

/** Counts from the moment a connection is made, not while a request waits for one that is free. */
function limitConnecting(agent: http.Agent, connect_ms: number): void {
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback): Duplex | null | undefined => {
    const socket = create(options, callback);
    if (!socket) return socket;
    const timer = setTimeout(() => {
      socket.destroy(new Error('the store does not accept it'));
    }, connect_ms);
    const connected = (): void => {
      clearTimeout(timer);
    };
    socket.once('connect', connected).once('close', connected);
    return socket;
  };
}

function send(outgoing: ClientRequest, body: unknown): void {
  if (body instanceof Readable) {
    outgoing.once('close', () => body.destroy());
    body.pipe(outgoing);
  } else if (typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body);
  else if (body === undefined) outgoing.end();
  else throw new Error('A request body of an unknown kind.');
}

function queryText(query: SignedRequest['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) =>
      each === null ? escaped(name) : `${escaped(name)}=${escaped(each)}`,
    ),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** As the signature was made: everything but RFC 3986's unreserved characters. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  );
}
