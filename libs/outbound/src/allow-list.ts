import ipaddr from 'ipaddr.js';

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

const HOST = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** What an operator lets tenants reach although it is not public: networks, addresses and host names. */
export class AllowList {
  private constructor(
    private readonly networks: readonly Network[],
    private readonly hosts: ReadonlySet<string>,
  ) {}

  /**
   * Reads `127.0.0.0/8, ::1, receiver.internal`.
   * @throws Error naming the entry that is none of these
   */
  static parse(text: string): AllowList {
    const entries = text.split(',').map((entry) => entry.trim().toLowerCase());
    const networks: Network[] = [];
    const hosts = new Set<string>();
    for (const entry of entries.filter((each) => each !== '')) {
      const network = networkOf(entry);
      if (network !== null) networks.push(network);
      else if (HOST.test(entry) && !/^[\d.]+$/.test(entry)) hosts.add(entry);
      else throw new Error(`${entry} is no network, address or host name`);
    }
    return new AllowList(networks, hosts);
  }

  hasHost(host: string): boolean {
    return this.hosts.has(host);
  }

  hasAddress(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    return this.networks.some((network) => network[0].kind() === address.kind() && address.match(network));
  }
}

function networkOf(entry: string): Network | null {
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(entry)) return ipaddr.IPv4.parseCIDR(entry);
  if (ipaddr.IPv6.isValidCIDR(entry)) return ipaddr.IPv6.parseCIDR(entry);
  if (ipaddr.IPv4.isValidFourPartDecimal(entry)) return [ipaddr.IPv4.parse(entry), 32];
  if (ipaddr.IPv6.isValid(entry)) return [ipaddr.IPv6.parse(entry), 128];
  return null;
}

/** Whether {@link AllowList.parse} can read it: for the schema of a setting. */
export function isAllowList(text: string): boolean {
  try {
    AllowList.parse(text);
    return true;
  } catch {
    return false;
  }
}
