import type { z } from 'zod';
import { S3Error } from './errors.ts';
import { readXml } from './read-xml.ts';
import { ENTITIES } from './xml-entities.ts';

/** An element's content: text, children by name, or (in a list) the element repeated. `undefined` leaves it out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xmlDocument(root: string, content: XmlValue, namespace: string | undefined = NAMESPACE): string {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`;
}

/** Parses a request document and checks its shape. Elements named in `lists` are lists even when there is one. */
export function parseXml<S extends z.ZodType>(text: string, schema: S, lists: readonly string[]): z.output<S> {
  const document = readXml(text, lists);
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

const NAMES = new Map([...ENTITIES].map(([name, character]) => [character, name]));

/** Control characters go as numeric references: keys may hold them, and parsers turn a bare CR into LF. */
function escapeText(text: string): string {
  return text.replace(/[&<>"\u0000-\u0008\u000b-\u001f]/g, (c) => `&${NAMES.get(c) ?? `#${c.charCodeAt(0)}`};`);
}
