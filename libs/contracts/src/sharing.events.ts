import { z } from 'zod';
import { defineEvent } from './define.ts';
import { shareRecord } from './share.ts';

const share = z.object({ share: shareRecord });
const listed = share.extend({
  /** Grows with every project that is added to or taken off the image: of two such events the higher one is newer. */
  list_version: z.int().min(1),
});

/** An image is shared with a project, which may now accept it. A private image becomes `shared` by it. */
export const ImageSharedV1 = defineEvent('sharing', 'ImageShared', 1, listed);
/** The project took the image: it is in its lists and can be used. */
export const ImageShareAcceptedV1 = defineEvent('sharing', 'ImageShareAccepted', 1, share);
/** The project does not want the image. */
export const ImageShareRejectedV1 = defineEvent('sharing', 'ImageShareRejected', 1, share);
/** The project has taken back its answer and will give it later. */
export const ImageShareReconsideredV1 = defineEvent('sharing', 'ImageShareReconsidered', 1, share);
/** The project has the image no more; the record says why. */
export const ImageUnsharedV1 = defineEvent(
  'sharing',
  'ImageUnshared',
  1,
  listed.extend({
    /** True: the image is shared with nobody any more and becomes `private` by it. */
    closes: z.boolean(),
  }),
);
