import { isDeepStrictEqual } from 'node:util';
import { type ImageChange, refusal } from '@imago/contracts';
import {
  ATTRIBUTE_NAMES,
  type Attributes,
  attributeValue,
  customProperty,
  isAttribute,
  PROPERTY_COLUMNS,
  requireWritable,
} from './image-attributes.ts';
import type { ImageRow } from './image.row.ts';
import type { ImageChanges } from './images.repository.ts';

/** Glance's limits. */
const MOST_PROPERTIES = 128;
const MOST_TAGS = 128;
/** An event carries the whole record and may have 64 KiB. */
const METADATA_BYTES = 40 * 1024;
/** Beyond this the names of changed properties are not told one by one. */
const CHANGED_BYTES = 8 * 1024;

/** What an image says of itself, as its owner edits it: every custom property by its name, whether it has a column or not. */
export interface ImageDraft {
  readonly attributes: Attributes;
  readonly properties: Readonly<Record<string, string>>;
}

/** The columns the custom properties are kept in. */
export type PropertyColumns = Pick<ImageRow, 'properties' | (typeof PROPERTY_COLUMNS)[keyof typeof PROPERTY_COLUMNS]>;

export function draftOf(row: ImageRow): ImageDraft {
  const columns = Object.entries(PROPERTY_COLUMNS).flatMap(([name, column]) => {
    const value = row[column];
    return value === null ? [] : [[name, value] as const];
  });
  const attributes = Object.fromEntries(ATTRIBUTE_NAMES.map((name) => [name, row[name]])) as unknown as Attributes;
  return { attributes, properties: { ...row.properties, ...Object.fromEntries(columns) } };
}

/**
 * The draft after one change.
 * @throws Refusal image.attribute_read_only, image.attribute_required, image.attribute_missing, image.attribute_exists,
 * request.invalid.
 */
export function edit(draft: ImageDraft, change: ImageChange, strictAdd: boolean): ImageDraft {
  const { op, name, value } = change;
  requireWritable(name);
  const isBase = isAttribute(name);
  const exists = isBase || Object.hasOwn(draft.properties, name);
  if (op === 'add' && exists && strictAdd) {
    throw refusal('image.attribute_exists', `Property '${name}' is there already.`, { attribute: name });
  }
  if (op !== 'add' && !exists) {
    throw refusal('image.attribute_missing', `There is no property '${name}'.`, { attribute: name });
  }
  if (op !== 'remove') {
    return isBase
      ? { ...draft, attributes: { ...draft.attributes, [name]: attributeValue(name, value) } }
      : { ...draft, properties: withProperty(draft.properties, name, customProperty(name, value)) };
  }
  if (isBase) {
    throw refusal('image.attribute_required', `Attribute '${name}' cannot be removed.`, { attribute: name });
  }
  return { ...draft, properties: Object.fromEntries(Object.entries(draft.properties).filter(([key]) => key !== name)) };
}

/**
 * The draft with one more custom property.
 * @throws Refusal image.attribute_read_only, request.invalid
 */
export function addProperty(draft: ImageDraft, name: string, value: string): ImageDraft {
  if (!isAttribute(name)) return edit(draft, { op: 'add', name, value }, false);
  throw refusal('request.invalid', `'${name}' is an attribute, no custom property.`, { attribute: name });
}

/** A property may be called `__proto__`. */
function withProperty(properties: ImageDraft['properties'], name: string, value: string): ImageDraft['properties'] {
  return Object.fromEntries([...Object.entries(properties), [name, value]]);
}

/**
 * Nothing grows beyond the limits; what is beyond them already may stay and shrink.
 * @throws Refusal image.properties_exceeded, image.tags_exceeded, image.metadata_too_large
 */
export function requireWithinLimits(draft: ImageDraft, before: ImageDraft | null): void {
  const figures = (of: ImageDraft): readonly number[] => [
    Object.keys(of.properties).length,
    of.attributes.tags.length,
    Buffer.byteLength(JSON.stringify(of)),
  ];
  const [properties = 0, tags = 0, bytes = 0] = figures(draft);
  const [propertiesBefore = 0, tagsBefore = 0, bytesBefore = 0] = before === null ? [] : figures(before);
  if (properties > Math.max(MOST_PROPERTIES, propertiesBefore)) {
    throw refusal(
      'image.properties_exceeded',
      `An image has at most ${MOST_PROPERTIES} properties, not ${properties}.`,
    );
  }
  if (tags > Math.max(MOST_TAGS, tagsBefore)) {
    throw refusal('image.tags_exceeded', `An image has at most ${MOST_TAGS} tags, not ${tags}.`);
  }
  if (bytes > Math.max(METADATA_BYTES, bytesBefore)) {
    throw refusal('image.metadata_too_large', `Properties and tags take ${bytes} of at most ${METADATA_BYTES} bytes.`);
  }
}

/** Where the custom properties go. */
export function propertyColumns(properties: ImageDraft['properties']): PropertyColumns {
  const columns = Object.entries(PROPERTY_COLUMNS).map(([name, column]) => [column, properties[name] ?? null]);
  const others = Object.entries(properties).filter(([name]) => !Object.hasOwn(PROPERTY_COLUMNS, name));
  return {
    ...(Object.fromEntries(columns) as Omit<PropertyColumns, 'properties'>),
    properties: Object.fromEntries(others),
  };
}

/** What differs: the columns to write and the names to tell, both empty when nothing does. */
export function difference(
  before: ImageDraft,
  after: ImageDraft,
): { readonly changes: ImageChanges; readonly changed: readonly string[] } {
  const attributes = ATTRIBUTE_NAMES.filter(
    (name) => !isDeepStrictEqual(before.attributes[name], after.attributes[name]),
  );
  const names = new Set([...Object.keys(before.properties), ...Object.keys(after.properties)]);
  const properties = [...names].filter((name) => propertyIn(before, name) !== propertyIn(after, name));
  const changes = Object.fromEntries(attributes.map((name) => [name, after.attributes[name]])) as ImageChanges;
  const told = Buffer.byteLength(JSON.stringify(properties)) <= CHANGED_BYTES ? properties : ['properties'];
  return {
    changes: properties.length === 0 ? changes : { ...changes, ...propertyColumns(after.properties) },
    changed: [...attributes, ...told],
  };
}

function propertyIn({ properties }: ImageDraft, name: string): string | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}
