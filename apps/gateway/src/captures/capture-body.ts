import { description, imageName, type RequestCapture, type RequestOf } from '@imago/contracts';
import { z } from 'zod';

/** What a tenant says to make an image of a stopped server (R11). Unknown fields are refused. */
export const captureBody = z.strictObject({
  server_id: z.uuid().toLowerCase(),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('system_disk') }),
    z.strictObject({ type: z.literal('data_disk'), disk_id: z.uuid().toLowerCase() }),
  ]),
  name: imageName,
  description: description.nullable().default(null),
});

export type CaptureBody = z.output<typeof captureBody>;

/** The request the capture service gets. */
export function toRequestCapture(
  body: CaptureBody,
  where: { readonly region: string; readonly idempotency_key: string | null },
): RequestOf<typeof RequestCapture> {
  return { ...where, ...body };
}
