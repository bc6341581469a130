import { Refusal } from '../generalization.ts';

/** What a card with a fixed address alone has. */
const FIXED = /^(IPADDR|NETMASK|PREFIX|GATEWAY|BROADCAST|NETWORK|DNS)\d*$/;
/** What a card may have as well, whatever its address. */
const HARMLESS =
  /^(TYPE|BOOTPROTO|DEVICE|NAME|UUID|ONBOOT|STARTMODE|HWADDR|DOMAIN|USERCTL|NM_CONTROLLED|DEFROUTE|PEERDNS|PEERROUTES|MTU|ZONE|ARPCHECK|PROXY_METHOD|BROWSER_ONLY|IPV4_FAILURE_FATAL|IPV6INIT|IPV6_AUTOCONF|IPV6_DEFROUTE|IPV6_FAILURE_FATAL|IPV6_PRIVACY|IPV6_ADDR_GEN_MODE)$/;

/** The text of a file of a card that asks DHCP for its address, or why it is not to be had. */
export function ifcfgByDhcp(text: string): string | Refusal {
  const lines = text.split('\n');
  const said = new Map(lines.flatMap((line) => (keyOf(line) === null ? [] : [[keyOf(line), valueOf(line)] as const])));
  for (const [key, value] of said) {
    if (key === null || FIXED.test(key)) continue;
    const isSafe = HARMLESS.test(key) && (key !== 'TYPE' || /^ethernet$/i.test(value));
    if (!isSafe || (key === 'PEERDNS' && /^no$/i.test(value))) return unsafe(`${key.slice(0, 40)}=`);
  }
  if (lines.some((line) => !isPlain(line))) return unsafe('what is no setting');
  const remarks = lines.map((line) => {
    const key = keyOf(line);
    if (key === 'BOOTPROTO') return 'BOOTPROTO=dhcp';
    return key !== null && FIXED.test(key) ? `#${line}` : line;
  });
  return (said.has('BOOTPROTO') ? remarks : ['BOOTPROTO=dhcp', ...remarks]).join('\n');
}

/** The text of a file of a card that is found by its name and not by its address, or why it is not to be had. */
export function withoutAddress(text: string): string | Refusal {
  const lines = text.split('\n');
  if (!lines.some((line) => keyOf(line) === 'DEVICE' && valueOf(line) !== ''))
    return new Refusal(
      'not_safe',
      'The card is known by its address alone',
      'Give the file a DEVICE=, and remove HWADDR=.',
    );
  return lines.map((line) => (keyOf(line) === 'HWADDR' ? `#${line}` : line)).join('\n');
}

function isPlain(line: string): boolean {
  return /^\s*(#.*)?$/.test(line) || (keyOf(line) !== null && !line.trimEnd().endsWith('\\'));
}

function keyOf(line: string): string | null {
  return /^\s*([A-Za-z_]\w*)\s*=/.exec(line)?.[1] ?? null;
}

function valueOf(line: string): string {
  return line.slice(line.indexOf('=') + 1).replaceAll(/["'\s]/g, '');
}

function unsafe(what: string): Refusal {
  return new Refusal(
    'not_safe',
    `The file has ${what}, which may need the fixed address`,
    'Configure the card by DHCP.',
  );
}
