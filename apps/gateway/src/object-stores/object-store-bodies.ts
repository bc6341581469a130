import { objectStoreName, objectStoreSettings } from '@imago/contracts';
import { z } from 'zod';
import { filledPageLimit } from '../edge/paging.ts';

const { signing_region, addressing_style, ...required } = objectStoreSettings.shape;

/** An object store of a project's own, as the project says it; all of it each time. */
export const objectStoreBody = z.strictObject({
  ...required,
  signing_region: signing_region.default('us-east-1'),
  addressing_style: addressing_style.default('path'),
});
export type ObjectStoreBody = z.output<typeof objectStoreBody>;

export const objectStoresQuery = z.strictObject({ limit: filledPageLimit, marker: objectStoreName.optional() });
