import type { MetadefItemRecord, MetadefKind, MetadefNamespaceRecord } from '@imago/contracts';
import { glanceTime } from '../images/glance-time.ts';

type Document = Readonly<Record<string, unknown>>;
type Items = readonly MetadefItemRecord[];

/** Where a namespace is found, or something in it. */
export function namespacePath(namespace: string, ...more: readonly string[]): string {
  return ['/v2/metadefs/namespaces', namespace, ...more].join('/');
}

/** A namespace with what is given of what is in it, as Glance shows it: what it does not have it leaves out. */
export function namespaceDocument(record: MetadefNamespaceRecord, items: Items): Document {
  const { namespace, display_name, description, visibility, owner } = record;
  const objects = of(items, 'object').map((item) => objectDocument(namespace, item));
  const associations = of(items, 'resource_type').map(associationDocument);
  const properties = of(items, 'property');
  const tags = of(items, 'tag').map(({ name }) => ({ name }));
  return {
    namespace,
    ...(display_name !== null && { display_name }),
    ...(description !== null && { description }),
    ...{ visibility, protected: record.protected, owner, ...times(record) },
    ...(objects.length > 0 && { objects }),
    ...(associations.length > 0 && { resource_type_associations: associations }),
    ...(properties.length > 0 && { properties: propertyDocuments(properties) }),
    ...(tags.length > 0 && { tags }),
    self: namespacePath(namespace),
    schema: '/v2/schemas/metadefs/namespace',
  };
}

export function objectDocument(namespace: string, item: MetadefItemRecord): Document {
  const { name, document } = item;
  const self = namespacePath(namespace, 'objects', name);
  return {
    required: [],
    properties: {},
    ...document,
    name,
    ...times(item),
    self,
    schema: '/v2/schemas/metadefs/object',
  };
}

export function propertyDocument({ name, document }: MetadefItemRecord): Document {
  return { ...document, name };
}

/** Properties by their names. */
export function propertyDocuments(items: Items): Document {
  return Object.fromEntries(items.map(({ name, document }) => [name, document]));
}

export function associationDocument(item: MetadefItemRecord): Document {
  return { ...item.document, name: item.name, ...times(item) };
}

export function tagDocument(item: MetadefItemRecord): Document {
  return { name: item.name, ...times(item) };
}

/** What is in a namespace, called as it is called on a resource of this type, for whoever asks so. */
export function prefixed(items: Items, resourceType: string | undefined): Items {
  const association = of(items, 'resource_type').find(({ name }) => name === resourceType);
  const prefix = association?.document['prefix'];
  if (typeof prefix !== 'string') return items;
  const renamed = (entries: unknown): Document =>
    Object.fromEntries(Object.entries(entries ?? {}).map(([name, value]) => [prefix + name, value as unknown]));
  return items.map((item) => {
    if (item.kind === 'property') return { ...item, name: prefix + item.name };
    if (item.kind !== 'object') return item;
    const { properties, required, ...document } = item.document;
    const names = Array.isArray(required) ? required.map((name) => `${prefix}${String(name)}`) : [];
    return { ...item, document: { ...document, properties: renamed(properties), required: names } };
  });
}

export function of(items: Items, kind: MetadefKind): MetadefItemRecord[] {
  return items.filter((item) => item.kind === kind);
}

function times({ created_at, updated_at }: Pick<MetadefItemRecord, 'created_at' | 'updated_at'>): Document {
  return { created_at: glanceTime(created_at), updated_at: glanceTime(updated_at) };
}
