/** How a network card gets its address, and the file and line that say so. */
export interface Addressing {
  readonly kind: 'dhcp' | 'static';
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

type Said = Omit<Addressing, 'path'>;

/** Files that configure the network, and how they are read. */
interface Configuration {
  readonly directory: string;
  readonly matches: RegExp;
  readonly read: (lines: readonly string[]) => Said[];
}

const IFCFG = { matches: /^ifcfg-(?!lo$)[\w.:-]+$/, read: readIfcfg };
const NETWORKD = { matches: /\.network$/, read: readNetworkd };

export const CONFIGURATIONS: readonly Configuration[] = [
  { directory: '/etc/network', matches: /^interfaces$/, read: readInterfaces },
  { directory: '/etc/network/interfaces.d', matches: /^[\w.-]+$/, read: readInterfaces },
  { directory: '/etc/sysconfig/network-scripts', ...IFCFG },
  { directory: '/etc/sysconfig/network', ...IFCFG },
  { directory: '/etc/netplan', matches: /\.ya?ml$/, read: readNetplan },
  { directory: '/etc/NetworkManager/system-connections', matches: /^[^.].*$/, read: readKeyfile },
  { directory: '/etc/systemd/network', ...NETWORKD },
];

/** `iface eth0 inet dhcp`. */
export function readInterfaces(lines: readonly string[]): Said[] {
  return saidIn(lines, (line) => {
    const [, card, kind] = /^\s*iface\s+(\S+)\s+inet6?\s+(\S+)/.exec(line) ?? [];
    if (card === undefined || card === 'lo') return null;
    return kind === 'dhcp' || kind === 'static' ? kind : null;
  });
}

/** `BOOTPROTO=dhcp`, or an address. */
export function readIfcfg(lines: readonly string[]): Said[] {
  const found = saidIn(lines, (line) => {
    if (/^\s*BOOTPROTO\s*=\s*["']?dhcp/i.test(line)) return 'dhcp';
    return /^\s*IPADDR\d*\s*=\s*["']?\d/.test(line) ? 'static' : null;
  });
  const automatic = found.filter(({ kind }) => kind === 'dhcp');
  return automatic.length > 0 ? automatic : found;
}

/** `dhcp4: true`, or addresses that are not those of name servers. */
export function readNetplan(lines: readonly string[]): Said[] {
  return saidIn(lines, (line, index) => {
    if (/^\s*dhcp[46]:\s*(true|yes|on)\b/i.test(line)) return 'dhcp';
    if (!/^\s*addresses:/.test(line)) return null;
    return parentOf(lines, index) === 'nameservers' ? null : 'static';
  });
}

/** `method=auto` of the section of IPv4. */
export function readKeyfile(lines: readonly string[]): Said[] {
  let section = '';
  return saidIn(lines, (line) => {
    section = /^\s*\[(\w+)\]/.exec(line)?.[1] ?? section;
    const method = section === 'ipv4' ? /^\s*method\s*=\s*(\w+)/.exec(line)?.[1] : undefined;
    if (method === 'manual') return 'static';
    return method === 'auto' ? 'dhcp' : null;
  });
}

/** `DHCP=yes`, or an address. */
export function readNetworkd(lines: readonly string[]): Said[] {
  return saidIn(lines, (line) => {
    if (/^\s*DHCP\s*=\s*(yes|true|1|on|ipv4|ipv6|both)\b/i.test(line)) return 'dhcp';
    return /^\s*Address\s*=\s*[\da-f]/i.test(line) ? 'static' : null;
  });
}

function saidIn(lines: readonly string[], kindOf: (line: string, index: number) => Said['kind'] | null): Said[] {
  return lines.flatMap((text, index) => {
    const kind = /^\s*[#;]/.test(text) ? null : kindOf(text, index);
    return kind === null ? [] : [{ kind, line: index + 1 }];
  });
}

/** The key above that is indented less. */
function parentOf(lines: readonly string[], index: number): string | undefined {
  const depth = indentOf(lines[index] ?? '');
  const parent = lines.slice(0, index).findLast((line) => line.trim() !== '' && indentOf(line) < depth);
  return parent?.trim().replace(/:.*$/, '');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
