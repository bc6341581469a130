import { isIP, type LookupFunction } from 'node:net';
import { AddressRules } from './address-rules.ts';
import { type HostAddress, HostResolver } from './host-resolver.ts';
import { OutboundRefused } from './outbound-refused.ts';

/** Ports below belong to services that are not the web: what speaks there may take an HTTP request for its own. */
const LAST_SYSTEM_PORT = 1023;
const WEB_PORTS: ReadonlySet<string> = new Set(['80', '443']);

/** Decides which URLs of tenants are asked at all, and that a connection goes to an address that was looked at. */
export class OutboundGuard {
  constructor(
    private readonly rules: AddressRules,
    private readonly resolver: HostResolver,
    private readonly allowHttp: boolean,
  ) {}

  /**
   * The URL as it is used. Octal, hexadecimal and other spellings of addresses are plain ones afterwards.
   * @throws OutboundRefused url
   */
  url(text: string): URL {
    if (!URL.canParse(text)) throw new OutboundRefused('url', 'The URL cannot be read.');
    const url = new URL(text);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.allowHttp))
      throw new OutboundRefused('url', `${url.protocol}// is not spoken here.`);
    if (url.username !== '' || url.password !== '')
      throw new OutboundRefused('url', 'The URL has a user or a password in it.');
    if (url.hash !== '') throw new OutboundRefused('url', 'The URL has a fragment, which is never sent.');
    if (url.port !== '' && Number(url.port) <= LAST_SYSTEM_PORT && !WEB_PORTS.has(url.port))
      throw new OutboundRefused('url', `Port ${url.port} is not one of the web's.`);
    return url;
  }

  /**
   * Lets names through, which {@link lookup} looks at, and addresses that may be reached.
   * @throws OutboundRefused address
   */
  requireAddress(host: string): void {
    const name = nameOf(host);
    if (isIP(name) !== 0 && !this.rules.permits(name, name)) throw refusedAddress(name);
  }

  /**
   * The addresses a URL's host has now, when each of them may be reached. One that may not makes all of them suspect.
   * @throws OutboundRefused address, unresolvable
   */
  async addressesOf(host: string): Promise<readonly HostAddress[]> {
    const name = nameOf(host);
    const family = isIP(name);
    const found: readonly HostAddress[] =
      family === 0 ? await this.resolver.resolve(name) : [{ address: name, family: family === 4 ? 4 : 6 }];
    if (found.length === 0) throw new OutboundRefused('unresolvable', `${name} has no address.`);
    if (found.every(({ address }) => this.rules.permits(name, address))) return found;
    throw refusedAddress(name);
  }

  /** For sockets: they connect to what was looked at here, so that a name cannot mean another address by then. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.addressesOf(host).then(
      (found) => {
        const [first] = found;
        if (options.all === true)
          callback(
            null,
            found.map((each) => ({ ...each })),
          );
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, '', 0);
      },
    );
  };
}

/** Without the brackets of an IPv6 address and the dot of the root. */
function nameOf(host: string): string {
  return host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

/** Which address it is, is not told: a tenant would read the names of our own network by it. */
function refusedAddress(name: string): OutboundRefused {
  return new OutboundRefused('address', `${name} is not, or not only, at addresses that may be reached.`);
}
