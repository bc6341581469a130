import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A message as it arrived, with its signature checked. */
export interface ReceivedMessage {
  /** The `webhook-id`. */
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly data: unknown;
  } & Readonly<Record<string, unknown>>;
}

/** What a receiver does with a message it has read. */
export type Behaviour = (response: ServerResponse, message: ReceivedMessage) => void;

/** Answers with a status. */
export function answering(status: number, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (response) => void response.writeHead(status, headers).end('heard');
}

/** Never answers. */
export const SILENT: Behaviour = () => undefined;

/** A server of a tenant, that takes messages as receivers do. */
export class Receiver {
  readonly messages: ReceivedMessage[] = [];
  behaviour: Behaviour = answering(204);
  /** Checks signatures, when it knows the secret. */
  secret: string | null = null;
  /** Connections there have been. */
  connections = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', () => (this.connections += 1));
    server.on('request', (request, response) => void this.#receive(request, response));
  }

  static async listen(port = 0): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  get types(): readonly string[] {
    return this.messages.map(({ event }) => event.type);
  }

  /** Without those that came again, as what is delivered may, under its id. */
  get distinct(): readonly ReceivedMessage[] {
    return [...new Map(this.messages.map((message) => [message.id, message])).values()];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const headers = request.headers as Record<string, string>;
    if (this.secret !== null) new Webhook(this.secret).verify(text, headers);
    const event = JSON.parse(text) as ReceivedMessage['event'];
    const message = { id: headers['webhook-id'] ?? '', headers, text, event };
    this.messages.push(message);
    this.behaviour(response, message);
  }
}
