import { z } from 'zod';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { imageReview, imageRecord } from './image.ts';
import { byteCount, imageInRegion, projectId, regionName } from './scalars.ts';

const image = z.object({ image: imageRecord });

/** Catalog accepted a new image; quota confirms its reservation on this. */
export const ImageRegisteredV1 = defineEvent('catalog', 'ImageRegistered', 1, image);
/** The image is active: its bytes are stored, verified and can be used. */
export const ImageReadyV1 = defineEvent('catalog', 'ImageReady', 1, image);
/** The image is killed and holds no quota any more; the reason stands in the record. */
export const ImageFailedV1 = defineEvent('catalog', 'ImageFailed', 1, image.extend({ error: refusalDocument }));
/** Fields of the image changed; `changed` names them, `status` among them for a step in the making. */
export const ImageUpdatedV1 = defineEvent('catalog', 'ImageUpdated', 1, image.extend({ changed: z.array(z.string()) }));
/** An operator closed the image: it stays, and only operators can read its bytes. */
export const ImageDeactivatedV1 = defineEvent('catalog', 'ImageDeactivated', 1, image);
/** The image can be read again. */
export const ImageReactivatedV1 = defineEvent('catalog', 'ImageReactivated', 1, image);
/** The image is gone for everybody; `members` lost it, and are told of it by `ImageUnshared`, each for itself. */
export const ImageDeletedV1 = defineEvent('catalog', 'ImageDeleted', 1, image.extend({ members: z.array(projectId) }));

/** Why an image is charged for other bytes than before. */
export const storageChange = z.enum(['stored', 'flattened', 'published', 'unpublished', 'given', 'released']);

/**
 * From this moment on the owner is charged for these bytes of the image: what its object takes in the store, 0 of a
 * public image and of one whose bytes nothing of the owner's needs any more. A deleted image whose bytes a layer of the
 * same project still needs stays charged. `version` grows with every change: of two the higher one is newer.
 */
export const ImageStorageChangedV1 = defineEvent(
  'catalog',
  'ImageStorageChanged',
  1,
  z.object({
    image_id: z.uuid(),
    owner: projectId,
    region: regionName,
    stored_bytes: byteCount,
    reason: storageChange,
    version: z.int().min(1),
  }),
);

/** Everybody sees the image now, after the review it names. */
export const ImagePublishedV1 = defineEvent('catalog', 'ImagePublished', 1, image.extend({ review: imageReview }));
/** The image is its owner's alone again. */
export const ImageUnpublishedV1 = defineEvent('catalog', 'ImageUnpublished', 1, image);
/** An operator has looked at an image and said whether everybody may have it. */
export const ImageReviewedV1 = defineEvent('catalog', 'ImageReviewed', 1, image.extend({ review: imageReview }));

/**
 * A copy was made of the image and is active, by its owner or by a member who may. It is another image from then on; its
 * owner's project and its place are all that the owner of this one is told.
 */
export const ImageCopyMadeV1 = defineEvent(
  'catalog',
  'ImageCopyMade',
  1,
  z.object({ image_id: z.uuid(), copy: imageInRegion.extend({ project_id: projectId }) }),
);
