import { z } from 'zod';
import { defineRequest } from './define.ts';
import { refusalDocument } from './errors.ts';
import {
  agreement,
  containerFormat,
  diskFormat,
  imageOrigin,
  imageProperties,
  shownImage,
  imageReview,
  imageStatus,
  registeredFacts,
  UPLOAD_DISK_FORMATS,
  visibility,
} from './image.ts';
import { limitFigures } from './quota.requests.ts';
import { difference, idRange } from './reconciliation.ts';
import {
  byteCount,
  imageInRegion,
  imageName,
  imageTag,
  instant,
  md5Hex,
  projectId,
  regionName,
  sha256Hex,
  sha512Hex,
} from './scalars.ts';
import { diskSize, MOST_DATA_DISKS } from './server.ts';
import { memberStatus } from './share.ts';

const changedImage = z.object({ image: shownImage, event_ids: z.array(z.uuid()) });

/**
 * Registers an image for the caller's project and reserves its place in the quota: one decision in one place.
 * A full machine is registered with its data disks, which take no place. Idempotent by `image_id`. Refusals:
 * quota.images_exceeded, image.exists, request.invalid (data disks of another type), auth.forbidden (a visibility or an owner the
 * caller may not give), image.attribute_read_only, image.properties_exceeded, image.tags_exceeded,
 * image.metadata_too_large.
 */
export const RegisterImage = defineRequest('catalog', 'registerImage', {
  kind: 'command',
  request: imageInRegion.extend({
    job_id: z.uuid().nullable(),
    facts: registeredFacts,
    visibility,
    /** Another project than the caller's is an operator's to give. */
    owner: projectId.nullable().default(null),
    protected: z.boolean().default(false),
    os_hidden: z.boolean().default(false),
    disk_format: diskFormat.nullable(),
    container_format: containerFormat.nullable().default(null),
    properties: imageProperties.default({}),
    /** Of a full machine, in their order. */
    data_disks: z
      .array(z.object({ image_id: z.uuid(), size_gib: diskSize }))
      .max(MOST_DATA_DISKS)
      .default([]),
    agreement: agreement.nullable(),
    /** True: it is to be booted once when it is active, which `BootProofWanted` then says. */
    verify_boot: z.boolean().optional(),
  }),
  response: changedImage,
});

/**
 * What {@link RegisterImage} would say, without an image: every refusal, and the figures of the quota. Refusals:
 * auth.forbidden, region.not_found, and that the quota cannot be asked.
 */
export const PreviewRegistration = defineRequest('catalog', 'previewRegistration', {
  kind: 'query',
  request: RegisterImage.request.omit({ image_id: true, job_id: true, agreement: true }),
  response: z.object({ figures: z.array(limitFigures), refusals: z.array(refusalDocument) }),
});

/**
 * Registers an image that becomes a copy of another one, for the caller's project: what that one says of itself, under
 * another name, private, and with a place in the quota of the region it is made in. Idempotent by `image_id`. Refusals:
 * image.not_found, auth.forbidden (not accepted, or public), copy.not_allowed (a member's, whom the owner does not let
 * copy), image.not_active, image.deactivated, copy.same_name, region.not_found, quota.images_exceeded, image.exists.
 */
export const RegisterCopy = defineRequest('catalog', 'registerCopy', {
  kind: 'command',
  request: imageInRegion.extend({
    job_id: z.uuid(),
    source: imageInRegion,
    name: imageName,
    /** True: the operator lets projects copy public images, too. */
    public_images: z.boolean(),
  }),
  response: changedImage.extend({
    /** Of a full machine: the images its data disks become, in their order, and what each is a copy of. */
    data_disks: z
      .array(
        z.object({
          image_id: z.uuid(),
          source_image_id: z.uuid(),
          /** Bytes of the file that is copied. */
          size: byteCount,
        }),
      )
      .max(MOST_DATA_DISKS)
      .default([]),
  }),
});

/** One change to one attribute or custom property, by its name in the OpenStack Image API. */
export const imageChange = z.object({
  op: z.enum(['add', 'replace', 'remove']),
  name: z.string().max(255),
  /** Whatever JSON the caller sent; catalog decides what the attribute takes. Nothing for `remove`. */
  value: z.unknown().optional(),
});
export type ImageChange = z.output<typeof imageChange>;

/**
 * Changes attributes and properties of an image, all of them or none. `strict_add` refuses to add what is there already
 * instead of overwriting it. Changes that change nothing cause no event. Idempotent. Refusals: image.not_found,
 * auth.forbidden, request.invalid, image.attribute_read_only, image.attribute_required, image.attribute_missing,
 * image.attribute_exists, image.properties_exceeded, image.tags_exceeded, image.metadata_too_large;
 * to become public also those of {@link PublishImage}.
 */
export const UpdateImage = defineRequest('catalog', 'updateImage', {
  kind: 'command',
  request: imageInRegion.extend({ changes: z.array(imageChange).max(1000), strict_add: z.boolean() }),
  response: changedImage.extend({
    /** Names of what is different now, as the event tells them; what was only said again is not among them. */
    changed: z.array(z.string()).default([]),
  }),
});

/** Adds a tag. Idempotent. Refusals: image.not_found, auth.forbidden, image.tags_exceeded, image.metadata_too_large. */
export const AddImageTag = defineRequest('catalog', 'addImageTag', {
  kind: 'command',
  request: imageInRegion.extend({ tag: imageTag }),
  response: changedImage,
});

/** Takes a tag away. Refusals: image.not_found, auth.forbidden, image.tag_not_found. */
export const RemoveImageTag = defineRequest('catalog', 'removeImageTag', {
  kind: 'command',
  request: imageInRegion.extend({ tag: z.string().max(1024) }),
  response: changedImage,
});

/**
 * Closes an image: only operators can read its bytes, nobody makes anything of it. What an operator closes, only an
 * operator opens. Idempotent. Refusals: image.not_found, auth.forbidden, image.not_active.
 */
export const DeactivateImage = defineRequest('catalog', 'deactivateImage', {
  kind: 'command',
  request: imageInRegion,
  response: changedImage,
});

/**
 * Opens an image again. Idempotent. Refusals: image.not_found, auth.forbidden, image.closed_by_operator (to its owner),
 * image.not_active.
 */
export const ReactivateImage = defineRequest('catalog', 'reactivateImage', {
  kind: 'command',
  request: imageInRegion,
  response: changedImage,
});

/** Takes back a registration nobody was told about (role `service`). Idempotent; unknown images are fine. */
export const AbandonImage = defineRequest('catalog', 'abandonImage', {
  kind: 'command',
  request: imageInRegion.extend({ reason: z.string() }),
  response: z.object({ abandoned: z.boolean() }),
});

/**
 * Names the object a writer may write for an image, before its first byte (role `service`), and moves a queued image
 * to `importing`; an active image that is being flattened stays as it is. A layer names its parent, which is kept from
 * then on. Idempotent by (image, job). Refusals: image.not_found, image.wrong_state, image.not_layered (nothing to
 * flatten), image.parent_unusable (not in the stored format, not the project's own nor public, under too many layers,
 * gone, or not what this job was given before): the image has to be stored whole.
 */
export const AllocateObject = defineRequest('catalog', 'allocateObject', {
  kind: 'command',
  request: imageInRegion.extend({
    job_id: z.uuid(),
    purpose: z.enum(['make', 'flatten']).default('make'),
    parent_object_id: z.uuid().nullable().default(null),
  }),
  response: z.object({ object_id: z.uuid(), key: z.string() }),
});

/**
 * Names the object an upload may write for a queued image, on behalf of the caller who uploads (policy image.upload),
 * and the image becomes `saving`, or `uploading` when the file is staged. Idempotent by (image, session). Refusals: image.not_found, auth.forbidden,
 * image.format_missing, image.format_unsupported, image.wrong_state; of what is staged quota.storage_exceeded with the figures,
 * for no image counts it yet.
 */
export const BeginUpload = defineRequest('catalog', 'beginUpload', {
  kind: 'command',
  request: imageInRegion.extend({
    upload_session_id: z.uuid(),
    stages: z.boolean().default(false),
    /** Bytes that will come; null when nobody said. */
    size: byteCount.nullable().default(null),
  }),
  response: z.object({
    object_id: z.uuid(),
    key: z.string(),
    /** Bytes the project has room for; null of a file that is counted with its image. */
    room: byteCount.nullable(),
    /** The format the owner declared; null of what is staged, which is judged when it is imported. */
    disk_format: z.enum(UPLOAD_DISK_FORMATS).nullable(),
    /** The project the image belongs to. */
    owner: z.string(),
  }),
});

/** An object of the region's store under a layer: standard qcow2 as Imago writes it. */
export const layerObject = z.object({
  object_id: z.uuid(),
  key: z.string(),
  /** Bytes of the object. */
  size: byteCount,
});
export type LayerObject = z.output<typeof layerObject>;

/**
 * What a server reads an image's disk from, in the words of whoever reads it: one object of the region's store. Its bytes
 * never change.
 */
export const heldObject = z.object({
  object_id: z.uuid(),
  key: z.string(),
  /** The format of the object: `qcow2` as Imago writes it, or what its owner uploaded. */
  disk_format: z.enum(['raw', 'qcow2']),
  /** Bytes of the object. */
  size: byteCount,
  /** Bytes of the disk in it. */
  virtual_size: byteCount,
  /** SHA-256 of the object `<key>.index`, which has the hash of every cluster; null of a file kept as it came. */
  index_hash: sha256Hex.nullable(),
  /** Of a layer: the objects that have what this one does not, its parent first, the base last. */
  layers: z.array(layerObject).default([]),
});
export type HeldObject = z.output<typeof heldObject>;

/**
 * Keeps the bytes of an image the caller may use (policy image.use) for servers, also when the image is deleted, and
 * answers where they are. Idempotent by (object, server). Refusals: image.not_found, auth.forbidden, image.deactivated,
 * image.not_active, server.image_unusable (its bytes are no disk).
 */
export const HoldImage = defineRequest('catalog', 'holdImage', {
  kind: 'command',
  request: imageInRegion.extend({
    disk_ids: z.array(z.uuid()).min(1).max(1000),
    /** `boot_proof`: for a machine that boots the image once, which compute has on its own account (policy image.prove_boot). */
    purpose: z.enum(['servers', 'boot_proof']).default('servers'),
  }),
  response: z.object({ image: shownImage, object: heldObject }),
});

/**
 * Ends the holds of disks on an object, or on every object (role `service`); the last one to go takes the bytes of a
 * deleted image with it. Idempotent; holds that are not there are fine.
 */
export const ReleaseHolds = defineRequest('catalog', 'releaseHolds', {
  kind: 'command',
  request: z.object({ disk_ids: z.array(z.uuid()).min(1).max(1000), object_id: z.uuid().nullable() }),
  response: z.object({ released: z.int().min(0) }),
});

/** One image the caller may see. Refusal: image.not_found. */
export const GetImage = defineRequest('catalog', 'getImage', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({ image: shownImage }),
});

/**
 * Records what an operator found in an active image (operators only). Idempotent by `review_id`. Refusals:
 * image.not_found, auth.forbidden, image.not_active, image.review_incomplete (approved without a clean scan or without
 * an initialisation component).
 */
export const ReviewImage = defineRequest('catalog', 'reviewImage', {
  kind: 'command',
  request: imageInRegion.extend({
    review_id: z.uuid(),
    ...imageReview.pick({ verdict: true, scan: true, initialisation_component: true, comment: true }).shape,
  }),
  response: z.object({ review: imageReview, event_ids: z.array(z.uuid()) }),
});

/** The reviews of an image, newest first (operators only). Refusals: image.not_found, auth.forbidden. */
export const ListImageReviews = defineRequest('catalog', 'listImageReviews', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({ reviews: z.array(imageReview) }),
});

/**
 * Shows an image to everybody (operators only); the same happens when its `visibility` is set. Idempotent. Refusals:
 * image.not_found, auth.forbidden, image.not_active, image.review_missing (its newest review is no approval),
 * image.scan_missing, image.scan_outdated, image.scan_not_clean, image.initialisation_missing.
 */
export const PublishImage = defineRequest('catalog', 'publishImage', {
  kind: 'command',
  request: imageInRegion,
  response: changedImage,
});

/** Gives a public image back to its owner alone (operators only). Idempotent. Refusals: image.not_found, auth.forbidden. */
export const UnpublishImage = defineRequest('catalog', 'unpublishImage', {
  kind: 'command',
  request: imageInRegion,
  response: changedImage,
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
    file: z
      .object({
        key: z.string(),
        /** Bytes of the file; of a layer, of its flattened form. */
        size: byteCount,
        checksum: z.string().nullable(),
        /** The identity of what Imago stored itself: the same before and after its checksum is known, layered or whole. */
        index_hash: sha256Hex.nullable().default(null),
        /** Of a layer: itself first, the base last. The file is then made of them and of the index of the first. */
        layers: z.array(layerObject).default([]),
      })
      .nullable(),
  }),
});

/** An image in the line of another, as far as the caller may see it. */
const ancestor = z.object({
  image_id: z.uuid(),
  /** Null where the caller may not see the image. */
  name: z.string().nullable(),
  status: imageStatus.nullable(),
  /** The server it was captured from; null of an image made from a file, and where the caller may not see it. */
  origin: imageOrigin.nullable(),
  created_at: instant.nullable(),
});

/** Where an image comes from: its server, the image of that, and so on, nearest first. Refusal: image.not_found. */
export const GetLineage = defineRequest('catalog', 'getLineage', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({
    image: shownImage,
    ancestors: z.array(ancestor).max(100),
    /** The image it is a copy of, as far as the caller may see that one: its name is null where it may not. */
    copied_from: imageInRegion.extend({ name: z.string().nullable(), status: imageStatus.nullable() }).nullable(),
    /** Objects its bytes lie in: 1, and 1 more for each layer under it. */
    layers: z.int().min(0),
  }),
});

/**
 * What a background job reads to hash or to flatten a layered image (role `service`), a deactivated one too. `layers` are
 * empty when it is no layer any more. Refusals: image.not_found, image.not_active, server.image_unusable (its bytes are
 * no disk).
 */
export const DescribeLayers = defineRequest('catalog', 'describeLayers', {
  kind: 'query',
  request: imageInRegion,
  response: z.object({ image: shownImage, object: heldObject }),
});

/** The bytes behind an image that is copied, whatever they are: the file they make is the same in every region. */
export const copiedObject = z.object({
  object_id: z.uuid(),
  key: z.string(),
  disk_format: z.string(),
  container_format: z.string().nullable(),
  /** Bytes of the object itself. */
  size: byteCount,
  /** Bytes of `/file`: of a layer, of its flattened form. */
  file_size: byteCount,
  virtual_size: byteCount,
  allocated_bytes: byteCount,
  /** Of `/file`; null as long as nobody has read a layered image in full. */
  checksum: md5Hex.nullable(),
  os_hash_value: sha512Hex.nullable(),
  /** SHA-256 of the object `<key>.index`; null of a file kept as it came. */
  index_hash: sha256Hex.nullable(),
  /** Of a layer: the objects that have what this one does not, its parent first, the base last. */
  layers: z.array(layerObject),
});
export type CopiedObject = z.output<typeof copiedObject>;

/**
 * What a copy under way is made of (role `service`, for the project that copies), as long as that project may copy the
 * image. Refusals: auth.forbidden, image.not_found, copy.not_allowed, image.deactivated, image.not_active.
 */
export const DescribeCopySource = defineRequest('catalog', 'describeCopySource', {
  kind: 'query',
  request: imageInRegion.extend({
    public_images: z.boolean(),
    /** An operator asked for the copy, who may copy every image. */
    by_operator: z.boolean(),
    /** Of a full machine: the data disk whose bytes are asked for; null: the system disk. */
    disk_image_id: z.uuid().nullable().default(null),
  }),
  response: z.object({ object: copiedObject }),
});

/** One who sees a shared image, as sharing has it. */
const imageMember = z.object({ project_id: projectId, status: memberStatus });

/**
 * Holds who sees images against the shares that stand, of all images of a region in a range of ids (role `service`).
 * Problems, each of an image: `members_differ`. Refusals: auth.forbidden.
 */
export const CompareMembers = defineRequest('catalog', 'compareMembers', {
  kind: 'query',
  request: idRange.extend({ members: z.array(imageMember.extend({ image_id: z.uuid() })).max(10_000) }),
  response: z.object({ differences: z.array(difference) }),
});

/**
 * Lets these members see these images, and nobody else (role `service`). Idempotent. Answers the images of which that is
 * so now. Refusals: auth.forbidden.
 */
export const CorrectMembers = defineRequest('catalog', 'correctMembers', {
  kind: 'command',
  request: z.object({
    region: regionName,
    images: z
      .array(
        z.object({
          image_id: z.uuid(),
          members: z.array(imageMember.extend({ version: z.int().min(1) })).max(10_000),
        }),
      )
      .max(100),
  }),
  response: z.object({ corrected: z.array(z.uuid()) }),
});

const serverHold = z.object({ disk_id: z.uuid(), object_id: z.uuid() });

/**
 * Holds what is kept for servers against all disks of a region in a range of their ids (role `service`). Problems, each
 * of a disk: `hold_missing`, `hold_unneeded`. Refusals: auth.forbidden.
 */
export const CompareHolds = defineRequest('catalog', 'compareHolds', {
  kind: 'query',
  request: idRange.extend({ holds: z.array(serverHold).max(1000) }),
  response: z.object({ differences: z.array(difference) }),
});

/**
 * Keeps for each of these disks that object and no other (role `service`). Idempotent. Answers the disks of which that is
 * so now: bytes that are gone cannot be kept. Refusals: auth.forbidden.
 */
export const CorrectHolds = defineRequest('catalog', 'correctHolds', {
  kind: 'command',
  request: z.object({
    holds: z.array(z.object({ disk_id: z.uuid(), object_id: z.uuid().nullable() })).max(1000),
  }),
  response: z.object({ corrected: z.array(z.uuid()) }),
});

/** Waits, at most `wait_ms`, until catalog has applied these events: how an upload is answered when its image is active. */
export const ConfirmCatalogApplied = defineRequest('catalog', 'confirmApplied', {
  kind: 'query',
  request: z.object({ event_ids: z.array(z.uuid()).max(100), wait_ms: z.int().min(0).max(2000) }),
  response: z.object({ applied: z.boolean() }),
});
