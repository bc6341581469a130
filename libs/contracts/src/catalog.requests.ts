import { z } from 'zod';
import { defineRequest } from './define.ts';
import { agreement, imageFacts, imageRecord, imageStatus, visibility } from './image.ts';
import { byteCount, regionName } from './scalars.ts';

const imageInRegion = z.object({ image_id: z.uuid(), region: regionName });

/**
 * Registers an image for the caller's project and reserves its place in the quota: one decision in one place.
 * Idempotent by `image_id`. Refusals: quota.images_exceeded, image.exists.
 */
export const RegisterImage = defineRequest('catalog', 'registerImage', {
  kind: 'command',
  request: imageInRegion.extend({
    job_id: z.uuid().nullable(),
    facts: imageFacts,
    visibility,
    disk_format: z.string().nullable(),
    agreement: agreement.nullable(),
  }),
  response: z.object({ image: imageRecord, event_ids: z.array(z.uuid()) }),
});

/** Takes back a registration nobody was told about (role `service`). Idempotent; unknown images are fine. */
export const AbandonImage = defineRequest('catalog', 'abandonImage', {
  kind: 'command',
  request: imageInRegion.extend({ reason: z.string() }),
  response: z.object({ abandoned: z.boolean() }),
});

/**
 * Names the object a writer may write for an image, before its first byte (role `service`), and moves a queued image
 * to `importing`. Idempotent by (image, job). Refusals: image.not_found, image.wrong_state.
 */
export const AllocateObject = defineRequest('catalog', 'allocateObject', {
  kind: 'command',
  request: imageInRegion.extend({ job_id: z.uuid() }),
  response: z.object({ object_id: z.uuid(), key: z.string() }),
});

/** One image the caller may see. Refusal: image.not_found. */
export const GetImage = defineRequest('catalog', 'getImage', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({ image: imageRecord }),
});

/** A page of the images the caller may see in a region, newest first; `marker` is the last id of the page before. */
export const ListImages = defineRequest('catalog', 'listImages', {
  kind: 'query',
  request: z.object({
    region: regionName,
    limit: z.int().min(0).max(1000),
    marker: z.uuid().nullable(),
    name: z.string().nullable(),
    status: imageStatus.nullable(),
    visibility: visibility.nullable(),
  }),
  response: z.object({ images: z.array(imageRecord), next_marker: z.uuid().nullable() }),
});

/** Deletes an image of the caller's project. Refusals: image.not_found, image.protected, auth.forbidden. */
export const DeleteImage = defineRequest('catalog', 'deleteImage', {
  kind: 'command',
  request: imageInRegion,
  response: z.object({ members_losing: z.int().min(0), event_ids: z.array(z.uuid()) }),
});

/**
 * Where the bytes of an image are, for a download by the caller. Refusals: image.not_found, image.deactivated;
 * `file` is null while there is no data yet.
 */
export const LocateImageFile = defineRequest('catalog', 'locateImageFile', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({
    file: z.object({ key: z.string(), size: byteCount, checksum: z.string().nullable() }).nullable(),
  }),
});

/**
 * Compares the objects of a region's store with the rows that own them (roles `service` and `admin`). Each list has at
 * most 1,000 keys. `writing` and `abandoned` count the rows whose bytes are in the making or still to be swept.
 */
export const ReconcileObjects = defineRequest('catalog', 'reconcileObjects', {
  kind: 'query',
  request: z.object({ region: regionName }),
  response: z.object({
    /** Keys in the store, unfinished uploads among them, that no row owns. */
    orphan_objects: z.array(z.string()),
    /** Keys of sealed rows that are not in the store. */
    missing_objects: z.array(z.string()),
    writing: z.int().min(0),
    abandoned: z.int().min(0),
  }),
});
