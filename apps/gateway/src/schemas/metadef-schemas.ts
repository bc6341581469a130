import { listSchema } from './list-schema.ts';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string', null];
const text = (description: string, maxLength?: number): object => ({
  type: 'string',
  description,
  ...(maxLength !== undefined && { maxLength }),
});
const readOnly = (description: string): object => ({ ...text(description), readOnly: true });
const listOf = (items: object): object => ({ type: 'array', items });
const TIMES = {
  created_at: { ...readOnly('When it was made'), format: 'date-time' },
  updated_at: { ...readOnly('When it changed last'), format: 'date-time' },
};
const PLACE = { self: readOnly('Path of it'), schema: readOnly('Path of this description') };

const PROPERTY = {
  name: text('Name of the property', 80),
  title: text('What a person calls it'),
  description: text('What it means'),
  operators: listOf({ type: 'string' }),
  type: { type: 'string', enum: TYPES, description: 'What it takes' },
  required: { $ref: '#/definitions/stringArray' },
  minimum: { type: 'number' },
  maximum: { type: 'number' },
  maxLength: { $ref: '#/definitions/positiveInteger' },
  minLength: { $ref: '#/definitions/positiveIntegerDefault0' },
  pattern: { type: 'string', format: 'regex' },
  enum: { type: 'array' },
  readonly: { type: 'boolean' },
  default: {},
  items: { type: 'object', properties: { type: { type: 'string', enum: TYPES }, enum: { type: 'array' } } },
  maxItems: { $ref: '#/definitions/positiveInteger' },
  minItems: { $ref: '#/definitions/positiveIntegerDefault0' },
  uniqueItems: { type: 'boolean', default: false },
  additionalItems: { type: 'boolean' },
};

const DEFINITIONS = {
  positiveInteger: { type: 'integer', minimum: 0 },
  positiveIntegerDefault0: { allOf: [{ $ref: '#/definitions/positiveInteger' }, { default: 0 }] },
  stringArray: { type: 'array', items: { type: 'string' }, uniqueItems: true },
  property: {
    type: 'object',
    additionalProperties: { type: 'object', required: ['title', 'type'], properties: PROPERTY },
  },
};

const OBJECT = {
  name: text('Name of the object', 80),
  description: text('What its properties have in common'),
  required: { $ref: '#/definitions/stringArray' },
  properties: { $ref: '#/definitions/property' },
};
const ASSOCIATION = {
  name: text('What it is for, as Heat calls it', 80),
  prefix: text('What stands before the names of properties there, with its separator', 80),
  properties_target: text('Where a resource of more than one set of properties keeps these', 80),
};
const TAG = { name: text('The word', 80) };

const one = (name: string, properties: object, required: readonly string[]): object => ({
  name,
  properties,
  required,
  additionalProperties: false,
  definitions: DEFINITIONS,
});

const namespace = one(
  'namespace',
  {
    namespace: text('Name of the namespace, of which there is one', 80),
    display_name: text('What a person calls it', 80),
    description: text('What it is about', 500),
    visibility: { ...text('Who sees it'), enum: ['public', 'private'] },
    protected: { type: 'boolean', description: 'Whether it is kept from being deleted' },
    owner: text('Project it belongs to', 255),
    ...{ ...TIMES, ...PLACE },
    resource_type_associations: listOf({ type: 'object', properties: ASSOCIATION }),
    properties: { $ref: '#/definitions/property' },
    objects: listOf({ type: 'object', properties: OBJECT }),
    tags: listOf({ type: 'object', properties: TAG }),
  },
  ['namespace'],
);
const object = one('object', { ...OBJECT, ...TIMES, ...PLACE }, ['name']);
const property = one('property', PROPERTY, ['type', 'title', 'name']);
const tag = one('tag', { ...TAG, ...TIMES }, ['name']);
const association = one('resource_type_association', { ...ASSOCIATION, ...TIMES }, ['name']);

/** How definitions look, by the names under which clients ask. */
export const METADEF_SCHEMAS: Readonly<Record<string, object>> = {
  namespace,
  namespaces: listSchema('namespaces', namespace, ['first', 'next']),
  object,
  objects: listSchema('objects', object, ['first', 'next']),
  property,
  properties: {
    name: 'properties',
    properties: { properties: { type: 'object', additionalProperties: one('property', PROPERTY, ['type', 'title']) } },
    definitions: DEFINITIONS,
  },
  tag,
  tags: listSchema('tags', tag, ['first', 'next']),
  resource_type: association,
  resource_types: listSchema('resource_type_associations', association, []),
};
