import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventEnvelope } from '@imago/contracts';
import { Webhook } from 'standardwebhooks';

/** A tenant's server: it takes messages whose signature its secret proves, and nothing else. */
export class Receiver {
  readonly events: Omit<EventEnvelope, 'audience'>[] = [];
  /** Ids of messages in the order they came. */
  readonly ids: string[] = [];
  /** Messages whose signature was wrong. */
  readonly forged: string[] = [];
  secret = '';
  /** What it answers; null: nothing at all. */
  status: number | null = 204;
  readonly #server: Server = createServer((request, response) => void this.#receive(request, response));

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/imago?tenant=7`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    try {
      const event = new Webhook(this.secret).verify(text, request.headers as Record<string, string>);
      this.events.push(event as EventEnvelope);
      this.ids.push(String(request.headers['webhook-id']));
    } catch {
      this.forged.push(text);
    }
    if (this.status !== null) response.writeHead(this.status).end();
  }
}
