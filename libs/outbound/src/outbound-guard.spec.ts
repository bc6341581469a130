import { describe, expect, it } from 'vitest';
import { AddressRules } from './address-rules.ts';
import { AllowList } from './allow-list.ts';
import { type HostAddress, HostResolver } from './host-resolver.ts';
import { OutboundGuard } from './outbound-guard.ts';
import { OutboundRefused, refusedBy } from './outbound-refused.ts';

class Names extends HostResolver {
  constructor(private readonly names: Readonly<Record<string, readonly string[]>>) {
    super();
  }

  resolve(host: string): Promise<readonly HostAddress[]> {
    const found = this.names[host] ?? [];
    return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  }
}

const names = new Names({
  'public.example': ['1.1.1.1', '2606:4700::1111'],
  'private.example': ['10.0.0.1'],
  'both.example': ['1.1.1.1', '10.0.0.1'],
});
const guard = new OutboundGuard(new AddressRules(AllowList.parse('')), names, false);

describe('a URL', () => {
  it.each([
    'http://public.example',
    'ftp://public.example',
    'https://user@public.example',
    'https://:x@public.example',
    'https://public.example/#x',
    'public.example',
    'https://',
  ])('is refused as %s', (text) => {
    expect(() => guard.url(text)).toThrow(expect.objectContaining({ reason: 'url' }));
  });

  it('may be http where the operator says so', () => {
    const open = new OutboundGuard(new AddressRules(AllowList.parse('')), names, true);
    expect(open.url('http://public.example/a?b').href).toBe('http://public.example/a?b');
  });

  it.each([
    'https://127.0.0.1',
    'https://127.1',
    'https://0177.0.0.1',
    'https://0x7f000001',
    'https://2130706433',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[64:ff9b::7f00:1]',
    'https://169.254.169.254/latest',
    'https://0',
    'https://private.example',
    'https://private.example.',
    'https://both.example',
  ])('leads nowhere as %s', async (text) => {
    await expect(guard.addressesOf(guard.url(text).hostname)).rejects.toMatchObject({ reason: 'address' });
  });

  it('leads to all addresses of its host, and nowhere when it has none', async () => {
    expect(await guard.addressesOf('public.example')).toHaveLength(2);
    await expect(guard.addressesOf('gone.example')).rejects.toMatchObject({ reason: 'unresolvable' });
  });
});

describe('a port', () => {
  it.each(['https://public.example:25', 'https://public.example:22', 'https://public.example:1023'])(
    'of another service is refused as in %s',
    (text) => {
      expect(() => guard.url(text)).toThrow(expect.objectContaining({ reason: 'url' }));
    },
  );

  it.each(['https://public.example:443', 'https://public.example:80', 'https://public.example:8443'])(
    'of the web, or of nobody, is fine as in %s',
    (text) => {
      expect(guard.url(text).hostname).toBe('public.example');
    },
  );
});

describe('a connection', () => {
  it.each(['127.0.0.1', '[::1]', '::ffff:10.0.0.1', '169.254.169.254', '127.0.0.1.'])('is not made to %s', (host) => {
    expect(() => {
      guard.requireAddress(host);
    }).toThrow(expect.objectContaining({ reason: 'address' }));
  });

  it.each(['1.1.1.1', '[2606:4700::1111]', 'private.example'])(
    'to %s is let through, names to be looked up',
    (host) => {
      expect(() => {
        guard.requireAddress(host);
      }).not.toThrow();
    },
  );

  it('is made to what was looked up for it, or not at all', async () => {
    const found = (host: string): Promise<unknown> =>
      new Promise((resolve) => {
        guard.lookup(host, { all: true }, (error, addresses) => {
          resolve(error ?? addresses);
        });
      });
    expect(await found('public.example')).toEqual([
      { address: '1.1.1.1', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
    expect(await found('both.example')).toMatchObject({ reason: 'address' });
  });
});

describe('what stands behind an error', () => {
  it('is found however it is wrapped', () => {
    const refused = new OutboundRefused('address', 'no');
    expect(refusedBy(refused)).toBe(refused);
    expect(refusedBy(new Error('socket', { cause: new AggregateError([new Error('x'), refused]) }))).toBe(refused);
    expect(refusedBy(new Error('socket'))).toBeNull();
    expect(refusedBy('text')).toBeNull();
  });
});
