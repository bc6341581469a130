import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Request, Response } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limitBodies } from './limit-bodies.ts';

describe('the time for a body', () => {
  let server: Server;
  let heard: Request[];

  beforeEach(async () => {
    heard = [];
    const limit = limitBodies(({ url }) => url === '/streamed', { whole_ms: 50, parting_ms: 50 });
    server = createServer((request, response) => {
      limit(request as Request, response as Response, () => {
        heard.push(request as Request);
        if (request.headers['x-refuse'] !== undefined) response.writeHead(413).end('no');
        else request.resume().on('end', () => response.end('yes'));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** A request of two bytes of which one is sent. */
  function ask(path: string, headers = ''): Socket {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n${headers}\r\na`);
    return socket;
  }

  it('ends for one that is not streamed', async () => {
    expect(await text(ask('/other'))).toBe('');
  });

  it('does not end for one that is streamed', async () => {
    const streamed = ask('/streamed');
    expect(await text(ask('/other'))).toBe(''); // the other's time is over by now
    expect(heard.map(({ url }) => url).sort()).toEqual(['/other', '/streamed']);
    streamed.end('b');
    expect(await text(streamed)).toContain('yes');
  });

  it('ends soon after it was answered, though it is streamed', async () => {
    const refused = await text(ask('/streamed', 'X-Refuse: 1\r\n'));
    expect(refused).toContain('413');
  });
});
