import {
  type MetadefItem,
  metadefItem,
  type MetadefKind,
  metadefName,
  metadefNamespaceFacts,
  refusal,
} from '@imago/contracts';
import { invalidFields } from '@imago/service';
import { z } from 'zod';

const READ_ONLY = ['self', 'schema', 'created_at', 'updated_at'] as const;

const named = z.looseObject({ name: metadefName });

/** A namespace as clients send it: its facts, and what is to be in it. */
const namespaceBody = z.strictObject({
  namespace: metadefNamespaceFacts.shape.namespace,
  display_name: metadefNamespaceFacts.shape.display_name.default(null),
  description: metadefNamespaceFacts.shape.description.default(null),
  visibility: metadefNamespaceFacts.shape.visibility.default('private'),
  protected: z.boolean().default(false),
  owner: metadefNamespaceFacts.shape.owner.default(null),
  resource_type_associations: z.array(named).max(1000).default([]),
  objects: z.array(named).max(1000).default([]),
  properties: z.record(z.string(), z.looseObject({})).default({}),
  tags: z.array(named).max(1000).default([]),
});

/** What is said of a namespace, and what is to be in it. */
export interface NamespaceBody {
  readonly facts: z.output<typeof metadefNamespaceFacts>;
  readonly items: MetadefItem[];
}

/**
 * The namespace in a body.
 * @throws Refusal request.invalid, metadef.attribute_read_only
 */
export function namespaceIn(body: unknown): NamespaceBody {
  refuseReadOnly(body);
  const parsed = namespaceBody.safeParse(body);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const { resource_type_associations, objects, properties, tags, ...facts } = parsed.data;
  const items = [
    ...resource_type_associations.map((each) => itemIn('resource_type', each)),
    ...objects.map((each) => itemIn('object', each)),
    ...Object.entries(properties).map(([name, each]) => itemIn('property', { ...each, name })),
    ...tags.map((each) => itemIn('tag', each)),
  ];
  return { facts, items };
}

/**
 * Something of a namespace, in a body that names it.
 * @throws Refusal request.invalid, metadef.attribute_read_only
 */
export function itemIn(kind: MetadefKind, body: unknown): MetadefItem {
  refuseReadOnly(body);
  const read = named.safeParse(body);
  if (!read.success) throw invalidFields(read.error.issues);
  const { name, ...document } = read.data;
  const parsed = metadefItem.safeParse({ kind, name, document });
  if (parsed.success) return parsed.data;
  throw invalidFields(parsed.error.issues.map((issue) => ({ ...issue, path: issue.path.slice(1) })));
}

/** The tags of a body that lists them. @throws Refusal request.invalid */
export function tagsIn(body: unknown): MetadefItem[] {
  const parsed = z.strictObject({ tags: z.array(named).max(1000) }).safeParse(body);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  return parsed.data.tags.map((each) => itemIn('tag', each));
}

function refuseReadOnly(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  const name = READ_ONLY.find((each) => Object.hasOwn(body, each));
  if (name === undefined) return;
  throw refusal('metadef.attribute_read_only', `Attribute '${name}' is read-only.`, { attribute: name });
}
