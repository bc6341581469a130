import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Picks requests by what they ask of the store. */
export type RequestMatch = (method: string, url: URL) => boolean;

interface Gate {
  readonly match: RequestMatch;
  readonly reached: PromiseWithResolvers<undefined>;
  readonly opened: PromiseWithResolvers<undefined>;
}

/** A request held back: `reached` once it is there, answered after `open`. */
export interface HeldRequest {
  readonly reached: Promise<unknown>;
  open(): void;
}

/**
 * Stands between the services and the object store, passes everything on untouched (the signature covers the host they
 * called), counts, and holds single requests back, so that a test knows where a service is when it kills it.
 */
export class StoreProxy {
  readonly endpoint: string;
  readonly #server: Server;
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #gates = new Set<Gate>();
  readonly #counted: { method: string; url: URL }[] = [];
  /** Parts the store made of bytes it had: nothing but their places went through here. */
  copiedParts = 0;

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.#target = new URL(target);
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (incoming, outgoing) => void this.#pass(incoming, outgoing));
  }

  static async listen(target: string): Promise<StoreProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StoreProxy(server, target);
  }

  /** Holds the next request that matches, and only that one. */
  hold(match: RequestMatch): HeldRequest {
    const gate = { match, reached: Promise.withResolvers<undefined>(), opened: Promise.withResolvers<undefined>() };
    this.#gates.add(gate);
    return {
      reached: gate.reached.promise,
      open: () => {
        this.#gates.delete(gate);
        gate.opened.resolve(undefined);
      },
    };
  }

  /** How many requests of a kind have passed since the start. */
  count(match: RequestMatch): number {
    return this.#counted.filter(({ method, url }) => match(method, url)).length;
  }

  async close(): Promise<void> {
    for (const gate of this.#gates) gate.opened.resolve(undefined);
    this.#agent.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET' } = incoming;
    const url = new URL(incoming.url ?? '/', this.endpoint);
    this.#counted.push({ method, url });
    if ('x-amz-copy-source' in incoming.headers) this.copiedParts += 1;
    const gate = [...this.#gates].find((each) => each.match(method, url));
    if (gate !== undefined) {
      this.#gates.delete(gate);
      gate.reached.resolve(undefined);
      await gate.opened.promise;
    }
    if (incoming.destroyed && !incoming.complete) return;
    const forward = request({
      host: this.#target.hostname,
      port: this.#target.port,
      method,
      path: incoming.url,
      headers: incoming.headers,
      agent: this.#agent,
    });
    const cut = (): void => {
      forward.destroy();
      outgoing.destroy();
    };
    forward.on('error', cut).on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', cut).pipe(outgoing);
    });
    incoming.on('error', cut).on('aborted', cut).pipe(forward);
    outgoing.on('error', cut);
  }
}
