import { Agent, request } from 'node:http';

/** What a caller asks, and the status that tells it was done. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly type?: string;
  readonly status: number;
}

/** A client that spends as little of this machine as it can: what it spends is missing to what is measured. */
export class BareClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #gateway: string;
  readonly #token: string;

  constructor(gateway: string, token: string) {
    this.#gateway = gateway;
    this.#token = token;
  }

  /** @throws Error when the answer has another status. */
  async send(call: Call): Promise<string> {
    try {
      return await this.#once(call);
    } catch (error) {
      // The server closed a connection that had waited for its next request, just as that came.
      if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error;
      return this.#once(call);
    }
  }

  #once(call: Call): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers = { 'x-auth-token': this.#token, 'content-type': call.type ?? 'application/json' };
    const sent = request(
      this.#gateway + call.path,
      { method: call.method, agent: this.#agent, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === call.status) resolve(text);
          else reject(new Error(`${call.method} ${call.path} was answered with ${response.statusCode}: ${text}`));
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}
