import { S3Error } from './errors.ts';
import { ENTITIES } from './xml-entities.ts';

/** Text, or what is within an element by name; a name that occurs again is a list. */
export type XmlContent = string | { readonly [name: string]: XmlContent | readonly XmlContent[] };

/** No document of S3 is deeper. */
const MAX_DEPTH = 10;
const ATTRIBUTES = String.raw`(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*`;
const TOKEN = new RegExp(String.raw`<(\/?)([A-Za-z_][\w:.-]*)${ATTRIBUTES}\s*(\/?)>|<!--[^]*?-->|([^<]+)`, 'y');

interface Open {
  readonly name: string;
  readonly children: Map<string, XmlContent[]>;
  text: string;
}

/**
 * Reads the kind of XML that S3's requests are made of: elements and text, attributes ignored. Stricter than a parser
 * that repairs: a document that was cut off must not be acted on. Elements named in `lists` are lists even when there
 * is one. Throws MalformedXML, also for document types and CDATA.
 */
export function readXml(text: string, lists: readonly string[]): XmlContent {
  const open: Open[] = [{ name: '', children: new Map(), text: '' }];
  TOKEN.lastIndex = /^\ufeff?\s*(?:<\?xml[^<>]*\?>)?/.exec(text)?.[0].length ?? 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text);
    const current = open.at(-1);
    if (!token || !current) throw new S3Error('MalformedXML');
    const [, closes, name, closesItself, characters] = token;
    if (characters !== undefined) current.text += characters;
    if (name === undefined) continue;
    if (closes === '') open.push({ name, children: new Map(), text: '' });
    else if (current.name !== name) throw new S3Error('MalformedXML');
    if (open.length > MAX_DEPTH) throw new S3Error('MalformedXML');
    if (closes !== '' || closesItself !== '') close(open, lists);
  }
  const [document, ...unclosed] = open;
  if (document?.children.size !== 1 || document.text.trim() !== '' || unclosed.length > 0)
    throw new S3Error('MalformedXML');
  return contentOf(document, lists);
}

function close(open: Open[], lists: readonly string[]): void {
  const element = open.pop();
  const parent = open.at(-1);
  if (!element || !parent) throw new S3Error('MalformedXML');
  const siblings = parent.children.get(element.name) ?? [];
  siblings.push(contentOf(element, lists));
  parent.children.set(element.name, siblings);
}

function contentOf({ children, text }: Open, lists: readonly string[]): XmlContent {
  if (children.size === 0) return decodeEntities(text);
  const single = (name: string, values: XmlContent[]): XmlContent | XmlContent[] => {
    const [first = ''] = values;
    return values.length === 1 && !lists.includes(name) ? first : values;
  };
  return Object.fromEntries([...children].map(([name, values]) => [name, single(name, values)]));
}

function decodeEntities(text: string): string {
  return text.replace(/&([^;]{0,10});?/g, (whole, name: string) => {
    const number = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name);
    const [, hex, decimal] = number ?? [];
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    const character = number && isCharacter ? String.fromCodePoint(code) : ENTITIES.get(name);
    if (character === undefined || !whole.endsWith(';')) throw new S3Error('MalformedXML');
    return character;
  });
}
