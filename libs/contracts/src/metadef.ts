import { z } from 'zod';
import { instant, printableText, projectId, regionName } from './scalars.ts';

/** Definitions of properties, as consoles and other services of OpenStack offer them: names, types, which values. */

/** The name of a namespace, or of something in one. */
export const metadefName = printableText(80).min(1);

export const metadefVisibility = z.enum(['public', 'private']);

const jsonType = z.enum(['array', 'boolean', 'integer', 'number', 'object', 'string']).nullable();
const texts = z.array(z.string().max(255)).max(1000);
const count = z.int().min(0);

/** What a property takes: a part of JSON Schema. */
export const metadefProperty = z.strictObject({
  title: z.string().max(1000),
  type: jsonType,
  description: z.string().max(4000).optional(),
  operators: texts.optional(),
  required: texts.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: count.optional(),
  maxLength: count.optional(),
  pattern: z.string().max(1000).optional(),
  enum: z.array(z.json()).max(1000).optional(),
  readonly: z.boolean().optional(),
  default: z.json().optional(),
  items: z.looseObject({ type: jsonType.optional(), enum: z.array(z.json()).max(1000).optional() }).optional(),
  minItems: count.optional(),
  maxItems: count.optional(),
  uniqueItems: z.boolean().optional(),
  additionalItems: z.boolean().optional(),
});
export const metadefProperties = z.record(metadefName, metadefProperty);

/** A group of properties that belong together. */
export const metadefObject = z.strictObject({
  description: z.string().max(4000).optional(),
  required: texts.optional(),
  properties: metadefProperties.optional(),
});

/** What the properties of a namespace can be set on, and how they are called there. */
export const metadefAssociation = z.strictObject({
  prefix: z.string().max(80).optional(),
  properties_target: z.string().max(80).optional(),
});

/** JSON as a database can hold it: without NUL and halves of characters, which JSON would escape. */
function isStorable(json: string): boolean {
  return !/\\u(?:0000|d[89a-f][0-9a-f]{2})/i.test(json);
}

/** What is in a namespace, by its kind. */
export const metadefItem = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('object'), name: metadefName, document: metadefObject }),
    z.object({ kind: z.literal('property'), name: metadefName, document: metadefProperty }),
    z.object({ kind: z.literal('tag'), name: metadefName, document: z.strictObject({}) }),
    z.object({ kind: z.literal('resource_type'), name: metadefName, document: metadefAssociation }),
  ])
  .refine(({ document }) => isStorable(JSON.stringify(document)), { message: 'must be text without NUL' });
export type MetadefItem = z.output<typeof metadefItem>;

export const metadefKind = z.enum(['object', 'property', 'tag', 'resource_type']);
export type MetadefKind = z.output<typeof metadefKind>;

/** The same as it is kept. What it is was checked when it came. */
export const metadefItemRecord = z.object({
  kind: metadefKind,
  name: z.string(),
  document: z.record(z.string(), z.unknown()),
  created_at: instant,
  updated_at: instant,
});
export type MetadefItemRecord = z.output<typeof metadefItemRecord>;

/** What is said of a namespace when it is made or changed. */
export const metadefNamespaceFacts = z.object({
  namespace: metadefName,
  display_name: printableText(80).nullable(),
  description: z
    .string()
    .max(500)
    .refine((text) => isStorable(JSON.stringify(text)), { message: 'must be text without NUL' })
    .nullable(),
  visibility: metadefVisibility,
  protected: z.boolean(),
  /** Null: the caller's project. */
  owner: projectId.nullable(),
});

export const metadefNamespaceRecord = metadefNamespaceFacts.extend({
  owner: projectId,
  region: regionName,
  created_at: instant,
  updated_at: instant,
});
export type MetadefNamespaceRecord = z.output<typeof metadefNamespaceRecord>;
