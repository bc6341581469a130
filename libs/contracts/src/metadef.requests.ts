import { z } from 'zod';
import { defineRequest } from './define.ts';
import {
  metadefItem,
  metadefItemRecord,
  metadefKind,
  metadefName,
  metadefNamespaceFacts,
  metadefNamespaceRecord,
  metadefVisibility,
} from './metadef.ts';
import { instant, regionName } from './scalars.ts';

/** Definitions are of one region, as its images. Everybody reads public ones and those of their project; operators write. */
const inRegion = { region: regionName };
const inNamespace = { ...inRegion, namespace: z.string().max(255) };
const contents = z.object({ namespace: metadefNamespaceRecord, items: z.array(metadefItemRecord) });

/** The namespaces the caller may see, with what they are for. Refusals: metadef.not_found for a marker that is not there. */
export const ListMetadefNamespaces = defineRequest('catalog', 'listMetadefNamespaces', {
  kind: 'query',
  request: z.object({
    ...inRegion,
    limit: z.int().min(0).max(1000),
    /** The namespace at the end of the page before. */
    marker: z.string().max(255).nullable(),
    sort_key: z.enum(['created_at', 'updated_at', 'namespace']),
    sort_dir: z.enum(['asc', 'desc']),
    visibility: metadefVisibility.nullable(),
    /** Those that are for one of these; none: all. */
    resource_types: z.array(z.string().max(255)).max(100),
  }),
  response: z.object({ namespaces: z.array(contents), next_marker: z.string().nullable() }),
});

/** A namespace and all that is in it. Refusal: metadef.not_found. */
export const ShowMetadefNamespace = defineRequest('catalog', 'showMetadefNamespace', {
  kind: 'query',
  request: z.object(inNamespace),
  response: contents,
});

/** Refusals: auth.forbidden, metadef.exists, metadef.too_large. */
export const CreateMetadefNamespace = defineRequest('catalog', 'createMetadefNamespace', {
  kind: 'command',
  request: z.object({ ...inRegion, facts: metadefNamespaceFacts, items: z.array(metadefItem).max(2000) }),
  response: contents,
});

/** Replaces what is said of a namespace; what is in it stays. Refusals: metadef.not_found, auth.forbidden, metadef.exists. */
export const UpdateMetadefNamespace = defineRequest('catalog', 'updateMetadefNamespace', {
  kind: 'command',
  request: z.object({ ...inNamespace, facts: metadefNamespaceFacts }),
  response: z.object({ namespace: metadefNamespaceRecord }),
});

/** With all that is in it. Refusals: metadef.not_found, auth.forbidden, metadef.protected. */
export const DeleteMetadefNamespace = defineRequest('catalog', 'deleteMetadefNamespace', {
  kind: 'command',
  request: z.object(inNamespace),
  response: z.object({}),
});

/**
 * Adds to a namespace; `replaces` empties it of that kind first. Refusals: metadef.not_found, auth.forbidden, metadef.exists,
 * metadef.too_large.
 */
export const AddMetadefItems = defineRequest('catalog', 'addMetadefItems', {
  kind: 'command',
  request: z.object({
    ...inNamespace,
    kind: metadefKind,
    items: z.array(metadefItem).max(1000),
    replaces: z.boolean(),
  }),
  response: z.object({ items: z.array(metadefItemRecord) }),
});

/** Replaces one thing, its name too. Refusals: metadef.not_found, auth.forbidden, metadef.exists, metadef.too_large. */
export const UpdateMetadefItem = defineRequest('catalog', 'updateMetadefItem', {
  kind: 'command',
  request: z.object({ ...inNamespace, name: z.string().max(255), item: metadefItem }),
  response: z.object({ item: metadefItemRecord }),
});

/** Takes one thing out of a namespace, or everything of a kind. Refusals: metadef.not_found, auth.forbidden, metadef.protected. */
export const DeleteMetadefItems = defineRequest('catalog', 'deleteMetadefItems', {
  kind: 'command',
  request: z.object({ ...inNamespace, kind: metadefKind, name: z.string().max(255).nullable() }),
  response: z.object({}),
});

/** What namespaces can be for. Refusal: auth.forbidden. */
export const ListMetadefResourceTypes = defineRequest('catalog', 'listMetadefResourceTypes', {
  kind: 'query',
  request: z.object(inRegion),
  response: z.object({ resource_types: z.array(z.object({ name: metadefName, created_at: instant })) }),
});
