import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TEST_CERTIFICATE } from './certificates.ts';

/** What a server does with a request; `serve` is what a good one does. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, serve: () => void) => void;

export const GOOD: Behaviour = (_request, _response, serve) => {
  serve();
};

/** A tenant's web server with one file, under every path: it knows ranges, ETags and `If-Range`. */
export class WebServer {
  file: Buffer = Buffer.alloc(0);
  behaviour: Behaviour = GOOD;
  readonly requests: IncomingMessage[] = [];
  connections = 0;
  readonly #server: Server;

  private constructor(
    server: Server,
    private readonly scheme: 'http' | 'https',
  ) {
    this.#server = server;
    server.on('connection', () => (this.connections += 1));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.requests.push(request);
      response.on('error', () => undefined); // a client that has seen enough hangs up
      this.behaviour(request, response, () => {
        this.#serve(request, response);
      });
    });
  }

  static async listen(scheme: 'http' | 'https' = 'https'): Promise<WebServer> {
    const server = scheme === 'http' ? createHttpServer() : createHttpsServer(TEST_CERTIFICATE);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WebServer(server, scheme);
  }

  get etag(): string {
    return `"${createHash('md5').update(this.file).digest('hex')}"`;
  }

  url(path = '/disk.raw', host = 'files.example'): string {
    return `${this.scheme}://${host}:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  reset(file: Buffer): void {
    this.file = file;
    this.behaviour = GOOD;
    this.requests.length = 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { file, etag } = this;
    const asked = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const condition = request.headers['if-range'];
    if (asked === null || (condition !== undefined && condition !== etag)) {
      response.writeHead(200, { etag, 'content-length': file.length }).end(file);
      return;
    }
    const first = Number(asked[1]);
    const last = Math.min(Number(asked[2]), file.length - 1);
    if (first >= file.length) {
      response.writeHead(416, { etag, 'content-range': `bytes */${file.length}` }).end();
      return;
    }
    const part = file.subarray(first, last + 1);
    const range = `bytes ${first}-${last}/${file.length}`;
    response.writeHead(206, { etag, 'content-range': range, 'content-length': part.length }).end(part);
  }
}
