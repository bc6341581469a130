import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Extent } from '@imago/disk-image';

/** A disk as its host gives it out. */
export interface ExportedContent {
  readonly token: string;
  readonly content: Buffer;
  readonly changed: readonly Extent[];
}

/** One call of an export. */
export interface ExportCall {
  /** Which export: the last word of its address. */
  readonly name: string;
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** What an export does with a call in the place of answering it; false: it answers. */
export type Misbehaviour = (call: ExportCall, response: ServerResponse) => boolean | Promise<boolean>;

/** The exports of a host, over real HTTP. */
export class ServerExports {
  readonly calls: ExportCall[] = [];
  misbehaves: Misbehaviour = () => false;
  readonly #server: Server;
  readonly #contents = new Map<string, ExportedContent>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async open(): Promise<ServerExports> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new ServerExports(server);
  }

  /** Gives a disk out under a name. @returns where. */
  give(name: string, content: ExportedContent): string {
    this.#contents.set(name, content);
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${name}`;
  }

  take(name: string): void {
    this.#contents.delete(name);
  }

  /** Keeps calls waiting until they are released. */
  hold(matches: (call: ExportCall) => boolean): { readonly arrived: Promise<ExportCall>; release(): void } {
    const arrived = Promise.withResolvers<ExportCall>();
    const released = Promise.withResolvers<undefined>();
    const before = this.misbehaves;
    this.misbehaves = async (call, response) => {
      if (matches(call)) {
        arrived.resolve(call);
        await released.promise;
      }
      return before(call, response);
    };
    return {
      arrived: arrived.promise,
      release: () => {
        released.resolve(undefined);
        this.misbehaves = before;
      },
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = '', path = ''] = (request.url ?? '').split('/');
    const [, first = '0', last = '-1'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const call = { name, path, offset: Number(first), length: Number(last) - Number(first) + 1 };
    this.calls.push(call);
    if (await this.misbehaves(call, response)) return;
    const exported = this.#contents.get(name);
    if (exported === undefined) response.writeHead(410).end();
    else if (request.headers.authorization !== `Bearer ${exported.token}`) response.writeHead(401).end();
    else if (path === 'map') answerMap(response, exported);
    else answerRange(response, exported, call);
  }
}

function answerMap(response: ServerResponse, { changed }: ExportedContent): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ changed: changed.map(({ offset, length }) => [offset, length]) }));
}

/** Answers a range of bytes as a good server does. */
export function answerRange(
  response: ServerResponse,
  { content }: Pick<ExportedContent, 'content'>,
  { offset, length }: Pick<ExportCall, 'offset' | 'length'>,
): void {
  const bytes = content.subarray(offset, offset + length);
  response.writeHead(206, {
    'content-length': bytes.length,
    'content-range': `bytes ${offset}-${offset + bytes.length - 1}/${content.length}`,
  });
  response.end(bytes);
}
