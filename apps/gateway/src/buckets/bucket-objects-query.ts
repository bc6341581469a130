import { MOST_LISTED_OBJECTS, objectKey } from '@imago/contracts';
import { z } from 'zod';
import { filledPageLimit } from '../edge/paging.ts';

/** Which objects of a bucket a caller wants to see. */
export const bucketObjectsQuery = z.strictObject({
  limit: filledPageLimit.transform((limit) => Math.min(limit, MOST_LISTED_OBJECTS)),
  marker: objectKey.nullable().default(null),
  prefix: objectKey.nullable().default(null),
});

export type BucketObjectsQuery = z.output<typeof bucketObjectsQuery>;
