import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { eventually } from '@imago/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DirectReply } from '../src/direct-connection.ts';
import { DirectReads } from '../src/direct-reads.ts';
import type { Landing } from '../src/landing.ts';
import { ObjectStoreUnavailableError } from '../src/object-store.errors.ts';

const LIMITS = { max_sockets: 2, connect_ms: 5_000, silence_ms: 5_000 };

/** What no real store sends on demand: replies in odd pieces and odd forms. */
describe('a direct read', () => {
  let server: Server;
  /** The pieces of the next replies; `end` closes the connection. */
  let replies: (readonly string[])[];
  let requests: string[];
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    replies = [];
    requests = [];
    server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.on('data', (data) => {
        requests.push(data.toString());
        void send(socket, replies.shift() ?? ['end']);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  async function send(socket: Socket, pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      if (piece === 'end') socket.end();
      else await new Promise((sent) => socket.write(piece, sent));
      await new Promise(setImmediate);
    }
  }

  function landing(length: number): Landing & { arrivals: number } {
    const made = {
      target: Buffer.alloc(length),
      arrived: 0,
      arrivals: 0,
      onArrival: () => {
        made.arrivals += 1;
      },
    };
    return made;
  }

  function ask(reads: DirectReads, into: Landing, headers = {}): Promise<DirectReply | undefined> {
    const { port } = server.address() as AddressInfo;
    return reads.ask(
      {
        protocol: 'http:',
        hostname: '127.0.0.1',
        port,
        method: 'GET',
        path: '/b/k',
        query: { 'x-id': 'Get' },
        headers,
      },
      into,
    );
  }

  const head = 'HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nETag:   "e"  \r\n\r\n';

  it.each([
    ['whole', [`${head}hello`]],
    ['byte by byte', Array.from(`${head}hello`)],
    ['cut inside the end of its head', [head.slice(0, -1), `${head.slice(-1)}he`, 'llo']],
    ['cut between head and body', [head, 'hello']],
  ])('takes a reply that comes %s, and asks again over the same connection', async (_how, pieces) => {
    const reads = new DirectReads(LIMITS);
    for (const name of ['first', 'second']) {
      replies.push(pieces);
      const into = landing(5);
      const reply = await ask(reads, into, { host: name });
      expect(reply).toMatchObject({ statusCode: 206, headers: { etag: '"e"' }, body: Buffer.alloc(0) });
      expect(String(into.target)).toBe('hello');
      expect(into.arrived).toBe(5);
      expect(into.headers).toMatchObject({ etag: '"e"' });
    }
    expect(requests).toEqual(['first', 'second'].map((name) => `GET /b/k?x-id=Get HTTP/1.1\r\nhost: ${name}\r\n\r\n`));
    expect(sockets.size).toBe(1);
  });

  it('leaves what the store says of an error to be read, and takes nothing of it for data', async () => {
    const text = '<Error>no such key</Error>';
    replies.push([`HTTP/1.1 404 Not Found\r\nContent-Length: ${text.length}\r\n\r\n`, text.slice(0, 5), text.slice(5)]);
    const into = landing(100);
    const reply = await ask(new DirectReads(LIMITS), into);
    expect(reply).toMatchObject({ statusCode: 404 });
    expect(String(reply?.body)).toBe(text);
    expect(into.arrived).toBe(0);
    expect(into.headers).toBeUndefined();
  });

  it.each([
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
    ['of unknown length', 'HTTP/1.1 200 OK\r\n\r\nhello'],
    ['longer than what was asked for', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!'],
    ['longer than it says', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhello'],
    ['of negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['elsewhere', 'HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nLocation: /\r\n\r\n'],
    ['in another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['with a broken header', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n folded\r\n\r\nhello'],
    ['with a head without end', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}`],
    ['with a long error', `HTTP/1.1 500 Oh\r\nContent-Length: 40000\r\n\r\n${'x'.repeat(40_000)}`],
  ])('is left to the ordinary client when the reply is %s', async (_what, text) => {
    const reads = new DirectReads(LIMITS);
    replies.push([text], [`${head}hello`]);
    await expect(ask(reads, landing(5))).resolves.toBeUndefined();
    const into = landing(5);
    await ask(reads, into); // over a new connection: nobody knows what else comes over that one
    expect(String(into.target)).toBe('hello');
  });

  it('keeps what arrived before the connection broke', async () => {
    replies.push([head, 'he', 'end']);
    const into = landing(5);
    await expect(ask(new DirectReads(LIMITS), into)).rejects.toThrow(ObjectStoreUnavailableError);
    expect(into).toMatchObject({ arrived: 2, headers: { etag: '"e"' } });
    expect(into.arrivals).toBeGreaterThan(0);
  });

  it('does not use a connection again that the store means to close, or that says something unasked', async () => {
    const reads = new DirectReads(LIMITS);
    const asked = async (text: string): Promise<void> => {
      replies.push([text]);
      const into = landing(5);
      await ask(reads, into);
      expect(String(into.target)).toBe('hello');
    };
    const none = (): void => {
      expect(sockets.size).toBe(0);
    };
    await asked(`${head.replace('ETag', 'Connection: close\r\nETag')}hello`);
    await eventually(none);
    await asked(`${head}hello`);
    for (const socket of sockets) socket.write('unasked');
    await eventually(none);
    await asked(`${head}hello`);
    expect(requests).toHaveLength(3);
  });

  it('fails when the store closes every connection without a word, instead of asking for ever', async () => {
    await expect(ask(new DirectReads(LIMITS), landing(5))).rejects.toThrow(ObjectStoreUnavailableError);
    expect(requests).toHaveLength(1);
  });

  it('takes silence for an answer, instead of bearing it once for every connection it has kept', async () => {
    const reads = new DirectReads({ ...LIMITS, silence_ms: 1_000 });
    replies.push([`${head}hello`], [`${head}hello`]);
    await Promise.all([ask(reads, landing(5)), ask(reads, landing(5))]);
    replies.push([], [], []);
    await expect(ask(reads, landing(5))).rejects.toThrow('silent');
    expect(requests).toHaveLength(3);
  });

  it('notices silence also on a connection that was idle for longer than that', async () => {
    const silence_ms = 500;
    const reads = new DirectReads({ ...LIMITS, silence_ms });
    replies.push([`${head}hello`], []);
    await ask(reads, landing(5));
    const idle = performance.now();
    await eventually(() => {
      expect(performance.now() - idle).toBeGreaterThan(2 * silence_ms);
    });
    await expect(ask(reads, landing(5))).rejects.toThrow('silent');
    expect(requests).toHaveLength(2);
  });

  it('sends no header that would be two', async () => {
    await expect(ask(new DirectReads(LIMITS), landing(5), { 'if-match': '"x"\r\nevil: 1' })).rejects.toThrow('header');
    expect(requests).toEqual([]);
  });
});
