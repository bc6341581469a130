import { imageName, regionName, type RequestCopy, type RequestOf } from '@imago/contracts';
import { z } from 'zod';

/** What a tenant says to have an image copied (R25). Unknown fields are refused. */
export const copyBody = z.strictObject({
  image_id: z.uuid().toLowerCase(),
  /** What the copy is called. */
  name: imageName,
  /** Where it is made: the region of the image, unless another one is named. */
  destination_region: regionName.optional(),
});

export type CopyBody = z.output<typeof copyBody>;

/** The request the export service gets. */
export function toRequestCopy(
  { image_id, name, destination_region }: CopyBody,
  { region, idempotency_key }: { readonly region: string; readonly idempotency_key: string | null },
): RequestOf<typeof RequestCopy> {
  const source = { image_id, region };
  return { idempotency_key, source, name, destination_region: destination_region ?? region };
}
