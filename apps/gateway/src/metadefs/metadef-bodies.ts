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

/** What is said of a namespace, as clients send it. */
const factsBody = z.strictObject({
  namespace: metadefNamespaceFacts.shape.namespace,
  display_name: metadefNamespaceFacts.shape.display_name.default(null),
  description: metadefNamespaceFacts.shape.description.default(null),
  visibility: metadefNamespaceFacts.shape.visibility.default('private'),
  protected: z.boolean().default(false),
  owner: metadefNamespaceFacts.shape.owner.default(null),
});

/** What is to be in a namespace, as clients send it with the namespace. */
const contents = z.object({
  resource_type_associations: z.array(named).max(1000).default([]),
  objects: z.array(named).max(1000).default([]),
  properties: z.record(z.string(), z.looseObject({})).default({}),
  tags: z.array(named).max(1000).default([]),
});
const CONTENTS: ReadonlySet<string> = new Set(Object.keys(contents.shape));

export type NamespaceFacts = z.output<typeof metadefNamespaceFacts>;

/** What is said of a namespace, and what is to be in it. */
export interface NamespaceBody {
  readonly facts: NamespaceFacts;
  readonly items: MetadefItem[];
}

/**
 * The namespace in a body, and what is in it. Of that, clients send back what they were shown: times and paths of it are
 * left out.
 * @throws Refusal request.invalid, metadef.attribute_read_only
 */
export function namespaceIn(body: unknown): NamespaceBody {
  const facts = namespaceFactsIn(body);
  const parsed = contents.safeParse(body);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const { resource_type_associations, objects, properties, tags } = parsed.data;
  const items = [
    ...resource_type_associations.map((each) => itemIn('resource_type', writable(each))),
    ...objects.map((each) => itemIn('object', writable(each))),
    ...Object.entries(properties).map(([name, each]) => itemIn('property', { ...each, name })),
    ...tags.map((each) => itemIn('tag', writable(each))),
  ];
  return { facts, items };
}

/**
 * What a body says of a namespace itself.
 * @throws Refusal request.invalid, metadef.attribute_read_only
 */
export function namespaceFactsIn(body: unknown): NamespaceFacts {
  refuseReadOnly(body);
  const said = z.record(z.string(), z.unknown()).safeParse(body);
  if (!said.success) throw invalidFields(said.error.issues);
  const parsed = factsBody.safeParse(
    Object.fromEntries(Object.entries(said.data).filter(([name]) => !CONTENTS.has(name))),
  );
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  return parsed.data;
}

function writable(item: Readonly<Record<string, unknown>>): object {
  const readOnly: readonly string[] = READ_ONLY;
  return Object.fromEntries(Object.entries(item).filter(([name]) => !readOnly.includes(name)));
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
