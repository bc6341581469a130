import type { Request } from 'express';
import { describe, expect, it } from 'vitest';
import { PublicUrl } from './public-url.ts';

function request(host: string | undefined): Request {
  return { protocol: 'http', headers: { host }, socket: { localAddress: '127.0.0.1', localPort: 8080 } } as Request;
}

describe('the public URL', () => {
  it('is the configured one, without a slash at the end', () => {
    expect(new PublicUrl('https://images.example.org/').of(request('other'))).toBe('https://images.example.org');
  });

  it.each(['images.example.org', 'localhost:9292', '[::1]:9292'])('is what the client used: %s', (host) => {
    expect(new PublicUrl(undefined).of(request(host))).toBe(`http://${host}`);
  });

  it.each([undefined, '', 'a/b', 'a"b', 'user@host', 'a b', 'host:port'])(
    'is our own address for the host %j',
    (host) => {
      expect(new PublicUrl(undefined).of(request(host))).toBe('http://127.0.0.1:8080');
    },
  );
});
