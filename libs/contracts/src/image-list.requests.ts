import { z } from 'zod';
import { defineRequest } from './define.ts';
import { shownImage, visibility } from './image.ts';
import { byteCount, instant, projectId, regionName } from './scalars.ts';

/** What a list can be sorted by. */
export const imageSortKey = z.enum([
  'name',
  'status',
  'container_format',
  'disk_format',
  'size',
  'id',
  'created_at',
  'updated_at',
]);
export type ImageSortKey = z.output<typeof imageSortKey>;

export const imageSort = z.object({ key: imageSortKey, direction: z.enum(['asc', 'desc']) });
export type ImageSort = z.output<typeof imageSort>;

/** An attribute equals one of these. */
const anyOf = z.array(z.string().max(255)).min(1).max(100);

/** Both ends belong to it; the same number at both ends is equality. */
const numberRange = z.object({
  attribute: z.enum(['size', 'virtual_size', 'min_disk', 'min_ram']),
  minimum: byteCount.nullable(),
  maximum: byteCount.nullable(),
});

const timeComparison = z.object({
  attribute: z.enum(['created_at', 'updated_at']),
  operator: z.enum(['gt', 'gte', 'lt', 'lte', 'eq', 'neq']),
  instant,
});

/** Which images a list shows; what is left out restricts nothing. All given must hold. */
export const imageFilters = z.object({
  /**
   * Left out: own and public images, and own community images only where `owner` asks for the own project. `all`:
   * everything the caller may see. Otherwise exactly that visibility.
   */
  visibility: z.union([visibility, z.literal('all')]).optional(),
  /** Which images shared with the caller count. */
  member_status: z.enum(['pending', 'accepted', 'rejected', 'all']).optional(),
  owner: projectId.optional(),
  name: anyOf.optional(),
  /** Its name has this in it, whatever the case of the letters, or this is its id. */
  search: z.string().min(1).max(255).optional(),
  status: anyOf.optional(),
  id: anyOf.optional(),
  container_format: anyOf.optional(),
  disk_format: anyOf.optional(),
  checksum: z.string().max(255).optional(),
  os_hash_value: z.string().max(255).optional(),
  protected: z.boolean().optional(),
  /** Hidden images are shown only when they are asked for, and then nothing else. */
  os_hidden: z.boolean().default(false),
  /** It has all of them. */
  tags: z.array(z.string().max(255)).max(128).default([]),
  /** It has these custom properties with these values. */
  properties: z.record(z.string().max(255), z.string().max(65_535)).default({}),
  ranges: z.array(numberRange).max(16).default([]),
  times: z.array(timeComparison).max(16).default([]),
});
export type ImageFilters = z.output<typeof imageFilters>;

/**
 * A page of the images the caller may see in a region, in the order asked for, newest first when none is; `marker` is
 * the last id of the page before, asked for with the same order. Refusals: image.marker_not_found, auth.forbidden.
 */
export const ListImages = defineRequest('catalog', 'listImages', {
  kind: 'query',
  request: z.object({
    region: regionName,
    limit: z.int().min(0).max(1000),
    marker: z.uuid().nullable(),
    sort: z.array(imageSort).max(8).default([]),
    filters: imageFilters.prefault({}),
  }),
  response: z.object({ images: z.array(shownImage), next_marker: z.uuid().nullable() }),
});
