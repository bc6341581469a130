import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { z } from 'zod';
import { S3Error } from './errors.ts';

/** An element's content: text, children by name, or (in a list) the element repeated. `undefined` leaves it out. */
export type XmlValue =
  string | number | boolean | undefined | readonly XmlValue[] | { readonly [name: string]: XmlValue };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function xmlDocument(root: string, content: XmlValue, namespace: string | undefined = NAMESPACE): string {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`;
}

/** Parses a request document and checks its shape. Elements named in `lists` are lists even when there is one. */
export function parseXml<S extends z.ZodType>(text: string, schema: S, lists: readonly string[]): z.output<S> {
  if (/<!DOCTYPE/i.test(text)) throw new S3Error('MalformedXML', 'Document types are not accepted.');
  const parser = new XMLParser({
    parseTagValue: false,
    trimValues: false,
    processEntities: false, // its own decoder leaves numeric references alone and limits how many there may be
    tagValueProcessor: (_name, value) => decodeEntities(value),
    isArray: (name) => lists.includes(name),
  });
  let document: unknown;
  try {
    if (XMLValidator.validate(text) !== true) throw new S3Error('MalformedXML'); // the parser closes what is open
    document = parser.parse(text);
  } catch {
    throw new S3Error('MalformedXML');
  }
  const result = schema.safeParse(document);
  if (!result.success) throw new S3Error('MalformedXML');
  return result.data;
}

function inner(value: XmlValue): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escapeText(String(value));
  if (isList(value)) return value.map(inner).join('');
  return Object.entries(value)
    .flatMap(([name, child]) => (isList(child) ? child : [child]).map((one) => element(name, one)))
    .join('');
}

function element(name: string, value: XmlValue): string {
  return value === undefined ? '' : `<${name}>${inner(value)}</${name}>`;
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

/** Control characters go as numeric references: keys may hold them, and parsers turn a bare CR into LF. */
function escapeText(text: string): string {
  return text.replace(/[&<>"\u0000-\u0008\u000b-\u001f]/g, (c) => {
    const name = Object.keys(ENTITIES).find((entity) => ENTITIES[entity] === c);
    return name === undefined ? `&#${c.charCodeAt(0)};` : `&${name};`;
  });
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
