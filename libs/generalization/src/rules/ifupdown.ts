import { printable } from '@imago/readiness';
import { Refusal } from '../generalization.ts';

/** What a card with a fixed address alone has. */
const FIXED = new Set([
  'address',
  'netmask',
  'network',
  'broadcast',
  'gateway',
  'pointopoint',
  'scope',
  'dns-nameservers',
  'dns-nameserver',
]);
/** What a card may have as well, whatever its address. */
const HARMLESS = new Set(['metric', 'mtu', 'dns-search', 'dns-domain']);
/** Words at which a stanza ends. */
const STANZA = /^(iface|mapping|auto|allow-[\w-]+|no-auto-down|no-scripts|source|source-directory|template|rename)$/;

/** A card of a file, and how it gets its address. */
interface Stanza {
  readonly line: number;
  readonly card: string;
  readonly family: string;
  readonly method: string;
  readonly isPlain: boolean;
}

/** How many stanzas of IPv4 each card has in these files. */
export function stanzasByCard(texts: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { card, family } of texts.flatMap((text) => stanzasOf(text.split('\n'))))
    if (family === 'inet') found.set(card, (found.get(card) ?? 0) + 1);
  return found;
}

/** The text of a file whose cards ask DHCP for their addresses, or why it is not to be had. */
export function ifupdownByDhcp(text: string, stanzas: ReadonlyMap<string, number>): string | Refusal {
  const lines = text.split('\n');
  if (lines.some((line) => line.trimEnd().endsWith('\\'))) return unsafe('lines that go on in the next ones');
  const changed = [...lines];
  for (const { line: at, card, family, method, isPlain } of stanzasOf(lines)) {
    if (method !== 'static' || card === 'lo') continue;
    if (family !== 'inet') return unsafe('a fixed address of IPv6');
    if (!isPlain || !/^[a-z][\w-]*$/i.test(card)) return unsafe('a card that is no plain one');
    if ((stanzas.get(card) ?? 0) > 1) return unsafe('several addresses of one card');
    changed[at] = (lines[at] ?? '').replace(/\bstatic\b(?=\s*$)/, 'dhcp');
    for (let index = at + 1; index < lines.length; index += 1) {
      const word = wordOf(lines[index] ?? '');
      if (STANZA.test(word)) break;
      if (FIXED.has(word)) changed[index] = `#${lines[index] ?? ''}`;
      else if (word !== '' && !HARMLESS.has(word)) return unsafe(`the option ${printable(word, 40)}`);
    }
  }
  return changed.join('\n');
}

function stanzasOf(lines: readonly string[]): Stanza[] {
  return lines.flatMap((text, line) => {
    const [word, card, family, method, ...more] = text.trim().split(/\s+/);
    if (word !== 'iface' || card === undefined || family === undefined || method === undefined) return [];
    return [{ line, card, family, method, isPlain: more.length === 0 }];
  });
}

/** The first word of a line; none of a remark. */
function wordOf(line: string): string {
  const [word = ''] = line.trim().split(/\s+/);
  return word.startsWith('#') ? '' : word;
}

function unsafe(what: string): Refusal {
  return new Refusal(
    'not_safe',
    `The file has ${what}, which may need the fixed address`,
    'Configure the card by DHCP.',
  );
}
