import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to one connection. */
export interface Fault {
  /** `cut`: it breaks. `mute`: it stays, and nothing more comes through. */
  readonly kind: 'cut' | 'mute';
  /** Which bytes are counted: those to the server or those from it. */
  readonly direction: 'to_server' | 'from_server';
  /** Bytes that still come through. */
  readonly after: number;
  /** Runs when it happens, before anybody can notice. */
  readonly meanwhile?: () => Promise<unknown>;
}

/** A way to a server, over plain TCP and HTTP/1.1, that breaks where a test wants it to. */
export class FaultyProxy {
  /** One for each of the next connections; those after them are sound. */
  readonly faults: Fault[] = [];
  readonly #open = new Set<Socket>();
  connections = 0;
  mostOpen = 0;
  /** Requests that came by, over whatever connection. */
  requests = 0;

  readonly #server: Server;
  readonly #target: URL;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
  }

  static async to(endpoint: string): Promise<FaultyProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new FaultyProxy(server, new URL(endpoint));
    server.on('connection', (socket) => {
      proxy.#connect(socket);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return proxy;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  get open(): number {
    return this.#open.size;
  }

  /** Breaks every connection there is. */
  breakAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.breakAll();
    await closed;
  }

  #connect(client: Socket): void {
    this.connections += 1;
    const fault = this.faults.shift();
    const server = connect({ host: this.#target.hostname, port: Number(this.#target.port), noDelay: true });
    this.#open.add(client);
    this.mostOpen = Math.max(this.mostOpen, this.#open.size);
    const end = (): void => {
      this.#open.delete(client);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.on('data', (chunk: Buffer) => {
      this.requests += chunk.toString('latin1').split(' HTTP/1.1\r\n').length - 1;
    });
    pass(client, server, { fault: fault?.direction === 'to_server' ? fault : undefined, end });
    pass(server, client, { fault: fault?.direction === 'from_server' ? fault : undefined, end });
  }
}

function pass(from: Socket, to: Socket, { fault, end }: { fault: Fault | undefined; end: () => void }): void {
  let left = fault?.after ?? Infinity;
  let happened = false;
  from.on('data', (chunk: Buffer) => {
    if (happened) return;
    const part = chunk.subarray(0, Math.min(left, chunk.length));
    left -= part.length;
    happened = part.length < chunk.length;
    const sent = (): void => {
      from.resume(); // also what is muted is read on, or its end would not be seen
      if (happened && fault !== undefined) void happen(fault, end);
    };
    from.pause();
    if (part.length === 0) sent();
    else to.write(part, sent);
  });
}

async function happen(fault: Fault, end: () => void): Promise<void> {
  await fault.meanwhile?.();
  if (fault.kind === 'cut') end();
}
