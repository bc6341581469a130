import http, { type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { type Duplex, Readable } from 'node:stream';
import { DirectReads } from './direct-reads.ts';
import { land, type Landing } from './landing.ts';
import { ObjectStoreUnavailableError } from './object-store.errors.ts';
import { connectionLost, ReplyBody } from './reply-body.ts';
import { hostOf, limitConnecting, type SignedRequest, targetOf, type TransportLimits } from './wire-request.ts';

interface Reply {
  readonly statusCode: number;
  readonly reason?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** What a call may say of how its request is sent; the SDK passes it on as it is. */
export interface HandlerOptions {
  readonly abortSignal?: AbortSignal | undefined;
  /** Where the body of a reply to a GET goes; the reply then comes when it is there, with an empty body. */
  readonly landing?: Landing;
}

/** More than any store says of an error. The SDK keeps all of it in memory. */
const ERROR_BYTES = 256 * 1024;

/**
 * How the SDK's requests go over the wire: connections are bounded and kept, every wait ends. The SDK's own handler
 * opens a connection per large upload, counts the time in its queue as time to connect, and takes a reader that is
 * slow for a store that is silent.
 */
export class StoreTransport {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #limits: TransportLimits;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };
  readonly #direct: DirectReads;

  constructor(limits: TransportLimits) {
    this.#limits = limits;
    const { guard, ca, max_sockets: maxSockets } = limits;
    const lookup = guard === undefined ? {} : { lookup: guard.lookup };
    const options = { keepAlive: true, maxSockets, scheduling: 'lifo', ...lookup } as const;
    const trust = ca === undefined ? {} : { ca: [...ca] };
    this.#agents = { http: new http.Agent(options), https: new https.Agent({ ...options, ...trust }) };
    for (const agent of Object.values(this.#agents)) limitConnections(agent, limits.connect_ms);
    this.#direct = new DirectReads(limits);
  }

  /**
   * Answers when the headers of the reply are there. The signal ends the request and the body of its reply.
   * @throws ObjectStoreUnavailableError, and what the guard of connections throws
   */
  async handle(request: SignedRequest, options: HandlerOptions = {}): Promise<{ response: Reply }> {
    const { landing, abortSignal: signal } = options;
    this.#limits.guard?.requireAddress(hostOf(request));
    if (landing === undefined) return this.#send(request, signal);
    if (request.protocol === 'http:') {
      const reply = await this.#direct.ask(request, landing, signal);
      if (reply !== undefined) return { response: { ...reply, body: Readable.from([reply.body]) } };
    }
    const { response } = await this.#send(request, signal);
    if (response.statusCode >= 300) return { response };
    landing.headers = response.headers;
    await land(response.body, landing);
    return { response: { ...response, body: Readable.from([]) } };
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

  #send(
    request: SignedRequest,
    signal: AbortSignal | undefined,
  ): Promise<{ response: Reply & { readonly body: ReplyBody } }> {
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
        const { statusCode = 0, statusMessage: reason, headers } = incoming;
        body = new ReplyBody(incoming, statusCode < 300 ? Infinity : ERROR_BYTES);
        // A store that has answered does not want the rest of what it was being sent.
        incoming.once('end', () => {
          if (!outgoing.writableFinished) outgoing.destroy();
        });
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

  #open(request: SignedRequest): ClientRequest {
    const { protocol, port, method, headers } = request;
    const isPlain = protocol === 'http:';
    const agent = isPlain ? this.#agents.http : this.#agents.https;
    const options = { host: hostOf(request), port, method, path: targetOf(request), headers, agent };
    return (isPlain ? http : https).request(options);
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

/** From the moment a connection is made, not while a request waits for one that is free. */
function limitConnections(agent: http.Agent, connect_ms: number): void {
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback): Duplex | null | undefined => {
    const socket = create(options, callback);
    if (socket) limitConnecting(socket, connect_ms);
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

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
    ),
  );
}
