import {
  type ImageFilters,
  type ImageSort,
  imageSortKey,
  type ListImages,
  projectId,
  type RequestOf,
  visibility,
} from '@imago/contracts';
import { invalidFields } from '@imago/service';
import { z } from 'zod';
import { pageLimit } from '../edge/paging.ts';
import { anyOf, byteRanges, type Count, count, moments, valueList } from './filter-values.ts';
import { markerIn } from './marker.ts';

const once = z.string({ message: 'must be given once' });
const flag = once.pipe(z.stringbool());
const direction = z.enum(['asc', 'desc']);

/** `size`, `size_min` and `size_max`, and the same of every other whole number. */
const counts = Object.fromEntries(
  (['size', 'virtual_size', 'min_disk', 'min_ram'] as const).flatMap((attribute) =>
    ['', '_min', '_max'].map((end) => [`${attribute}${end}`, count.optional()]),
  ),
) as Record<Count, z.ZodOptional<typeof count>>;

/** What a list can be asked by. Any other key names a custom property. */
export const listQuery = z
  .object({
    limit: pageLimit,
    marker: once.optional(),
    sort: once.optional(),
    sort_key: valueList(imageSortKey).optional(),
    sort_dir: valueList(direction).optional(),
    visibility: z.union([visibility, z.literal('all')]).optional(),
    member_status: z.enum(['pending', 'accepted', 'rejected', 'all']).optional(),
    owner: projectId.optional(),
    name: anyOf.optional(),
    status: anyOf.optional(),
    id: anyOf.optional(),
    container_format: anyOf.optional(),
    disk_format: anyOf.optional(),
    checksum: once.max(255).optional(),
    os_hash_value: once.max(255).optional(),
    protected: flag.optional(),
    os_hidden: flag.default(false),
    tag: valueList(z.string().max(255)).optional(),
    created_at: moments.optional(),
    updated_at: moments.optional(),
    ...counts,
    'changes-since': z.never({ message: 'is not known in this version: use updated_at=gte:…' }).optional(),
  })
  .catchall(once.max(65_535));

type ListQuery = z.output<typeof listQuery>;

/**
 * The page of images a query string asks for, in the words of the OpenStack Image API.
 * @throws Refusal request.invalid, image.marker_not_found
 */
export function toListImages(query: unknown, region: string): RequestOf<typeof ListImages> {
  const parsed = listQuery.safeParse(query);
  if (!parsed.success) throw invalidFields(parsed.error.issues);
  const { limit, marker } = parsed.data;
  return {
    region,
    limit,
    marker: marker === undefined ? null : markerIn(marker),
    sort: sortOf(parsed.data),
    filters: filtersOf(parsed.data),
  };
}

/** The same as people look for images: also by a part of their name. */
export const searchQuery = listQuery.extend({ search: once.min(1).max(255).optional() });

/**
 * The page of images a search asks for.
 * @throws Refusal request.invalid, image.marker_not_found
 */
export function toSearchImages(query: unknown, region: string): RequestOf<typeof ListImages> {
  const { search, ...rest } = query as Readonly<Record<string, unknown>>;
  const asked = toListImages(rest, region);
  if (search === undefined || search === '') return asked;
  const parsed = searchQuery.shape.search.safeParse(search);
  if (!parsed.success) throw invalidFields(parsed.error.issues.map((issue) => ({ ...issue, path: ['search'] })));
  return { ...asked, filters: { ...asked.filters, search: parsed.data } };
}

function filtersOf(asked: ListQuery): ImageFilters {
  const { visibility: seen, member_status, owner, name, status, id, container_format, disk_format } = asked;
  const { checksum, os_hash_value, protected: kept, os_hidden, tag = [], created_at = [], updated_at = [] } = asked;
  const said = {
    ...{ visibility: seen, member_status, owner, name, status, id, container_format, disk_format },
    ...{ checksum, os_hash_value, protected: kept },
  };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as Partial<ImageFilters>),
    os_hidden,
    tags: [...new Set(tag)],
    properties: propertiesOf(asked),
    ranges: byteRanges(asked),
    times: [
      ...created_at.map((moment) => ({ attribute: 'created_at' as const, ...moment })),
      ...updated_at.map((moment) => ({ attribute: 'updated_at' as const, ...moment })),
    ],
  };
}

function propertiesOf(asked: Readonly<Record<string, unknown>>): Record<string, string> {
  const others = Object.entries(asked).filter(([key]) => !Object.hasOwn(listQuery.shape, key));
  return Object.fromEntries(others as [string, string][]);
}

/** Both ways of Glance: `sort=name:asc,size`, or `sort_key` and `sort_dir`, repeated; never mixed. */
function sortOf({ sort, sort_key, sort_dir = [] }: ListQuery): ImageSort[] {
  if (sort !== undefined) {
    if (sort_key !== undefined || sort_dir.length > 0)
      throw unsortable('cannot be combined with sort_key and sort_dir');
    return distinct(sort.split(',').map(parseSort));
  }
  const keys = sort_key ?? (sort_dir.length === 0 ? [] : ['created_at' as const]);
  if (sort_dir.length > 1 && sort_dir.length !== keys.length) throw unsortable('needs as many sort_dir as sort_key');
  return distinct(keys.map((key, index) => ({ key, direction: sort_dir[index] ?? sort_dir[0] ?? 'desc' })));
}

function parseSort(text: string): ImageSort {
  const [name, way = 'desc', ...rest] = text.trim().split(':');
  const parsed = z.object({ key: imageSortKey, direction }).safeParse({ key: name, direction: way });
  if (!parsed.success || rest.length > 0) throw unsortable('must be keys with asc or desc, such as name:asc,size:desc');
  return parsed.data;
}

/** A key counts where it stands first: after it, it orders nothing. */
function distinct(sort: readonly ImageSort[]): ImageSort[] {
  return sort.filter(({ key }, index) => sort.findIndex((other) => other.key === key) === index);
}

function unsortable(message: string): Error {
  return invalidFields([{ path: ['sort'], message }]);
}
