import { z } from 'zod';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { imageRecord } from './image.ts';
import { projectId } from './scalars.ts';

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
/** The image is gone for everybody; `members` lost it. */
export const ImageDeletedV1 = defineEvent('catalog', 'ImageDeleted', 1, image.extend({ members: z.array(projectId) }));
