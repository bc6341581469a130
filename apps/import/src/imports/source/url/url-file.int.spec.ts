import { randomBytes } from 'node:crypto';
import { AddressRules, AllowList, OutboundGuard } from '@imago/outbound';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TEST_CA } from '../../../../test/certificates.ts';
import { Names } from '../../../../test/names.ts';
import { type Behaviour, WebServer } from '../../../../test/web-server.ts';
import { UrlClient, type UrlLimits } from './url-client.ts';
import { UrlFile } from './url-file.ts';
import { splitUrl, type UrlSecrets } from './url-secrets.ts';

const KIB = 1024;
const FILE = randomBytes(600 * KIB + 7);
const USUAL: UrlLimits = {
  connectSeconds: 30,
  silenceSeconds: 60,
  retrySeconds: 0.01,
  connections: 4,
  maximumBytes: 2 ** 20,
};
const LIMITS: UrlLimits = { ...USUAL, ca: [TEST_CA] };
const FOREVER = new AbortController().signal;

describe('a file on a web server', () => {
  const names = new Names();
  const clients: UrlClient[] = [];
  let server: WebServer;
  let other: WebServer;
  let plain: WebServer;

  beforeAll(async () => {
    [server, other, plain] = await Promise.all([WebServer.listen(), WebServer.listen(), WebServer.listen('http')]);
  });
  beforeEach(() => {
    for (const each of [server, other, plain]) each.reset(FILE);
    for (const name of ['files.example', 'mirror.example']) names.set(name, () => ['127.0.0.1']);
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    for (const each of [server, other, plain]) await each.close();
  });

  function client({
    allow = '127.0.0.1',
    http = false,
    ...limits
  }: Partial<UrlLimits> & { allow?: string; http?: boolean } = {}): UrlClient {
    const guard = new OutboundGuard(new AddressRules(AllowList.parse(allow)), names, http);
    const made = new UrlClient(guard, { ...LIMITS, ...limits });
    clients.push(made);
    return made;
  }

  function file(
    url: string,
    { headers = {}, through = client() }: { headers?: UrlSecrets['headers']; through?: UrlClient } = {},
  ): UrlFile {
    const { shown, query } = splitUrl(new URL(url));
    return new UrlFile(through, shown, { query, headers });
  }

  /** Reads all of it, in a few pieces at once, as a disk is read. */
  async function whole(from: UrlFile): Promise<Buffer> {
    const pin = await from.pin(FOREVER);
    const source = from.open(pin, () => undefined);
    const piece = 100 * KIB;
    const places = Array.from({ length: Math.ceil(pin.size / piece) }, (_, index) => index * piece);
    return Buffer.concat(
      await Promise.all(places.map((place) => source.read(place, Math.min(piece, pin.size - place)))),
    );
  }

  /** What a tenant is told when the first reply is good, and then the server does this. */
  async function toldWhileReading(behaviour: Behaviour, through = client()): Promise<unknown> {
    const from = file(server.url(), { through });
    const source = from.open(await from.pin(FOREVER), () => undefined);
    server.behaviour = behaviour;
    return source.read(10, 300 * KIB).then(
      () => 'it was read',
      (error: unknown) => error,
    );
  }

  it('is read in ranges, of one version, and asked for as it is', async () => {
    const from = file(server.url('/disk.raw?key=1'), { headers: { authorization: 'Bearer x' } });
    expect((await whole(from)).equals(FILE)).toBe(true);
    for (const { headers, url } of server.requests) {
      expect(headers).toMatchObject({ 'accept-encoding': 'identity', authorization: 'Bearer x' });
      expect(url).toBe('/disk.raw?key=1');
    }
    expect(server.requests.slice(1).every(({ headers }) => headers['if-range'] === server.etag)).toBe(true);
  });

  it('is told by the date of its last change when it has no ETag, or a weak one', async () => {
    const date = 'Sun, 01 Mar 2026 00:00:00 GMT';
    server.behaviour = (request, response, serve) => {
      const writeHead = response.writeHead.bind(response);
      if (request.headers['if-range'] === date) delete request.headers['if-range'];
      response.writeHead = ((status: number, headers: Record<string, string>) =>
        writeHead(status, { ...headers, etag: 'W/"x"', 'last-modified': date })) as typeof response.writeHead;
      serve();
    };
    const from = file(server.url());
    expect(await from.pin(FOREVER)).toEqual({ etag: date, size: FILE.length });
    expect((await whole(from)).equals(FILE)).toBe(true);
  });

  it('that is empty has no bytes', async () => {
    server.reset(Buffer.alloc(0));
    expect(await file(server.url()).pin(FOREVER)).toMatchObject({ size: 0 });
  });

  it('larger than the limit is refused with both figures', async () => {
    const pinning = file(server.url(), { through: client({ maximumBytes: 1000 }) }).pin(FOREVER);
    await expect(pinning).rejects.toMatchObject({ code: 'import.file_too_large', details: { limit: '1000' } });
  });

  describe('is refused when the server', () => {
    const answers = (status: number, headers: Record<string, string> = {}): Behaviour => {
      return (_request, response) => void response.writeHead(status, headers).end('words');
    };
    const etag = '"v1"';

    it.each<[string, Behaviour, string]>([
      ['wants other credentials', answers(401), 'import.access_denied'],
      ['forbids it', answers(403), 'import.access_denied'],
      ['does not have it', answers(404), 'import.url_not_found'],
      ['has it no more', answers(410), 'import.url_not_found'],
      ['is busy all the time', answers(429), 'import.server_failed'],
      ['is broken all the time', answers(503, { 'retry-after': 'soon' }), 'import.server_failed'],
      ['does something unheard of', answers(299), 'import.server_failed'],
      ['knows no ranges', answers(200, { etag }), 'import.ranges_unsupported'],
      ['says nothing of the range it sends', answers(206, { etag }), 'import.ranges_unsupported'],
      ['sends another range', answers(206, { etag, 'content-range': 'bytes 1-1/9' }), 'import.ranges_unsupported'],
      ['does not know its size', answers(206, { etag, 'content-range': 'bytes 0-0/*' }), 'import.ranges_unsupported'],
      ['names no version', answers(206, { 'content-range': 'bytes 0-0/9' }), 'import.version_unknown'],
      [
        'names a version that says nothing of the bytes',
        answers(206, { etag: 'W/"v"', 'content-range': 'bytes 0-0/9' }),
        'import.version_unknown',
      ],
      [
        'compresses it',
        answers(206, { etag, 'content-range': 'bytes 0-0/9', 'content-encoding': 'gzip' }),
        'import.content_encoded',
      ],
      ['hangs up', (request) => request.socket.destroy(), 'import.connection_failed'],
      ['speaks no HTTP', (request) => request.socket.end('SSH-2.0-x\r\n\r\n'), 'import.connection_failed'],
      ['leads nowhere', answers(302), 'import.redirect_refused'],
      ['leads to no URL', answers(302, { location: 'https://' }), 'import.redirect_refused'],
    ])('%s', async (_what, behaviour, code) => {
      server.behaviour = behaviour;
      await expect(file(server.url('/a?key=secret')).pin(FOREVER)).rejects.toSatisfy((error: Error) => {
        expect(error).toMatchObject({ code });
        expect(JSON.stringify([error.message, 'details' in error && error.details])).not.toMatch(/secret|127\.0\.0\.1/);
        return true;
      });
    });
  });

  describe('that is being read is refused when the server', () => {
    const lies = (change: (headers: Record<string, string>, body: Buffer) => Buffer): Behaviour => {
      return (request, response) => {
        const [first = 0, last = 0] = (/(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []).slice(1).map(Number);
        const headers = { etag: server.etag, 'content-range': `bytes ${first}-${last}/${FILE.length}` };
        const body = change(headers, FILE.subarray(first, last + 1));
        response.writeHead(206, headers).end(body);
      };
    };

    it.each<[string, Behaviour, string]>([
      [
        'has another version of it',
        lies((headers, body) => {
          headers['etag'] = '"other"';
          return body;
        }),
        'import.source_changed',
      ],
      [
        'has a larger one',
        lies((headers, body) => {
          headers['content-range'] = headers['content-range']?.replace(/\d+$/, String(FILE.length + 1)) ?? '';
          return body;
        }),
        'import.source_changed',
      ],
      [
        'sends it from another place on',
        lies((headers, body) => {
          headers['content-range'] = headers['content-range']?.replace(/\d+-/, '11-') ?? '';
          return body;
        }),
        'import.ranges_unsupported',
      ],
      [
        'sends more bytes than asked for',
        lies((_headers, body) => Buffer.concat([body, body])),
        'import.ranges_unsupported',
      ],
      ['never sends any', lies(() => Buffer.alloc(0)), 'import.connection_failed'],
      [
        'sends all of it',
        (_request, response) => void response.writeHead(200, { etag: server.etag }).end(FILE),
        'import.ranges_unsupported',
      ],
      ['has a shorter one', (_request, response) => void response.writeHead(416).end(), 'import.source_changed'],
      [
        'says that the condition does not hold',
        (_request, response) => void response.writeHead(412).end(),
        'import.source_changed',
      ],
      ['does not have it any more', (_request, response) => void response.writeHead(404).end(), 'import.url_not_found'],
    ])('%s', async (_what, behaviour, code) => {
      expect(await toldWhileReading(behaviour)).toMatchObject({ code });
    });

    it('is silent', async () => {
      const told = toldWhileReading(() => undefined, client({ silenceSeconds: 0.1 }));
      expect(await told).toMatchObject({ code: 'import.source_stalled' });
    });

    it('sends a byte now and then', async () => {
      const drip: Behaviour = (request, response) => {
        const [first = 0, last = 0] = (/(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []).slice(1).map(Number);
        response.writeHead(206, { etag: server.etag, 'content-range': `bytes ${first}-${last}/${FILE.length}` });
        const timer = setInterval(() => response.write('.'), 20);
        response.once('close', () => {
          clearInterval(timer);
        });
      };
      expect(await toldWhileReading(drip, client({ silenceSeconds: 0.2 }))).toMatchObject({
        code: 'import.source_stalled',
      });
    });
  });

  it('is read on from where the connection broke', async () => {
    let broken = 0;
    server.behaviour = (request, response, serve) => {
      if (request.headers['if-range'] === undefined || broken >= 6) {
        serve();
        return;
      }
      broken += 1;
      const [first = 0, last = 0] = (/(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []).slice(1).map(Number);
      const headers = { etag: server.etag, 'content-range': `bytes ${first}-${last}/${FILE.length}` };
      response.writeHead(206, { ...headers, 'content-length': last + 1 - first });
      response.write(FILE.subarray(first, Math.min(first + 80 * KIB, last)), () => request.socket.destroy());
    };
    const from = file(server.url());
    const source = from.open(await from.pin(FOREVER), () => undefined);
    expect((await source.read(0, FILE.length)).equals(FILE)).toBe(true);
    expect(broken).toBe(6); // more often than a server is borne with that gets nowhere
  });

  it('is waited for as long as a busy server asks, and then read', async () => {
    let asked = 0;
    server.behaviour = (_request, response, serve) => {
      if (asked++ > 0) serve();
      else response.writeHead(503, { 'retry-after': '0' }).end();
    };
    expect((await whole(file(server.url()))).equals(FILE)).toBe(true);
  });

  describe('behind redirects', () => {
    const to = (location: () => string, status = 302): Behaviour => {
      return (_request, response) => void response.writeHead(status, { location: location() }).end();
    };

    it('is read from where they lead, with no secret for anybody else', async () => {
      server.behaviour = to(() => other.url('/mirrored?signed=1', 'mirror.example'));
      const from = file(server.url('/disk?key=1'), { headers: { authorization: 'Bearer x', 'x-key': 'y' } });
      expect((await whole(from)).equals(FILE)).toBe(true);
      expect(server.requests).toHaveLength(1); // where it was found is asked from then on
      expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer x', 'x-key': 'y' });
      for (const { headers, url } of other.requests) {
        expect(headers).not.toHaveProperty('authorization');
        expect(headers).not.toHaveProperty('x-key');
        expect(url).toBe('/mirrored?signed=1');
      }
    });

    it('keeps its headers on the same server', async () => {
      server.behaviour = (request, response, serve) => {
        if (request.url === '/moved') serve();
        else response.writeHead(307, { location: '/moved#part' }).end();
      };
      expect((await whole(file(server.url(), { headers: { authorization: 'Bearer x' } }))).equals(FILE)).toBe(true);
      expect(server.requests.every(({ headers }) => headers.authorization === 'Bearer x')).toBe(true);
    });

    it('is looked for again when the address it was found at is good no more', async () => {
      let place = 1;
      server.behaviour = to(() => other.url(`/at-${place}`, 'mirror.example'));
      other.behaviour = (request, response, serve) => {
        if (request.url === `/at-${place}`) serve();
        else response.writeHead(403).end();
      };
      const from = file(server.url());
      const source = from.open(await from.pin(FOREVER), () => undefined);
      place = 2;
      expect((await source.read(0, FILE.length)).equals(FILE)).toBe(true);
      expect(server.requests).toHaveLength(2);
    });

    it.each<[string, () => string]>([
      ['to the machine itself', () => 'https://127.0.0.2/'],
      ['to a network of ours', () => 'https://10.0.0.1/'],
      ['to where machines ask who they are', () => 'http://169.254.169.254/latest/meta-data'],
      ['to an address written another way', () => 'https://0x7f000002/'],
      ['to a mapped address', () => 'https://[::ffff:10.0.0.1]/'],
      ['away from https', () => plain.url()],
      ['to a file of ours', () => 'file:///etc/passwd'],
      ['with a password', () => other.url().replace('https://', 'https://user:password@')],
      ['to a port of another service', () => 'https://files.example:22/'],
      ['in a circle', () => server.url()],
    ])('is refused when they lead %s', async (_where, location) => {
      server.behaviour = to(location);
      await expect(file(server.url()).pin(FOREVER)).rejects.toMatchObject({
        code: expect.stringMatching(/^import\.(?:redirect|url)_refused$/) as string,
      });
      expect(plain.requests).toEqual([]);
      expect(server.requests.length).toBeLessThanOrEqual(6);
    });
  });

  describe('at a name', () => {
    it('is refused when the name is of an address that may not be reached, or of one among others', async () => {
      const { connections } = server;
      for (const addresses of [['10.0.0.1'], ['127.0.0.1', '10.0.0.1'], ['127.0.0.1', '::1']]) {
        names.set('files.example', () => addresses);
        await expect(file(server.url()).pin(FOREVER)).rejects.toMatchObject({ code: 'import.url_refused' });
      }
      expect(server.connections).toBe(connections);
    });

    it('is refused when there is no such name', async () => {
      await expect(file(server.url('/', 'gone.example')).pin(FOREVER)).rejects.toMatchObject({
        code: 'import.host_not_found',
      });
    });

    it('is refused when the name means another address by the time of the next connection', async () => {
      let address = '127.0.0.1';
      names.set('files.example', () => [address]);
      server.behaviour = (_request, response, serve) => {
        response.shouldKeepAlive = false; // so that each request is a connection of its own
        serve();
      };
      const from = file(server.url());
      const source = from.open(await from.pin(FOREVER), () => undefined);
      await source.read(0, 100);
      address = '127.0.0.2'; // where the same server could be reached, if it was asked
      const { connections } = server;
      await expect(source.read(100, 100)).rejects.toMatchObject({ code: 'import.url_refused' });
      expect(server.connections).toBe(connections);
    });

    it('is refused when the server has no certificate for the name, or none that is trusted', async () => {
      names.set('files.elsewhere', () => ['127.0.0.1']);
      await expect(file(server.url('/', 'files.elsewhere')).pin(FOREVER)).rejects.toMatchObject({
        code: 'import.tls_failed',
      });
      const guard = new OutboundGuard(new AddressRules(AllowList.parse('127.0.0.1')), names, false);
      const through = new UrlClient(guard, USUAL);
      clients.push(through);
      await expect(file(server.url(), { through }).pin(FOREVER)).rejects.toMatchObject({ code: 'import.tls_failed' });
    });
  });

  it('at an address is not asked for when the address may not be reached', async () => {
    const through = client({ allow: '' });
    await expect(file(server.url('/', '127.0.0.1'), { through }).pin(FOREVER)).rejects.toMatchObject({
      code: 'import.url_refused',
    });
    expect(server.requests).toEqual([]);
  });

  it('over plain http is read where the operator lets it', async () => {
    expect(() => client().check(plain.url())).toThrow(expect.objectContaining({ reason: 'url' }));
    const through = client({ http: true });
    expect(through.check(plain.url()).protocol).toBe('http:');
    expect((await whole(file(plain.url(), { through }))).equals(FILE)).toBe(true);
  });

  it('is let go of at once when nobody wants it any more', async () => {
    const from = file(server.url());
    const source = from.open(await from.pin(FOREVER), () => undefined);
    const ends = new AbortController();
    server.behaviour = () => {
      ends.abort(new Error('the import was cancelled'));
    };
    await expect(source.read(0, 100, ends.signal)).rejects.toThrow('the import was cancelled');
  });
});
