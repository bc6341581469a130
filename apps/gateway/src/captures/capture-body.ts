import { description, imageName, type RequestCapture, type RequestOf } from '@imago/contracts';
import { z } from 'zod';

const fields = z.strictObject({
  server_id: z.uuid().toLowerCase(),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('system_disk') }),
    z.strictObject({ type: z.literal('data_disk'), disk_id: z.uuid().toLowerCase() }),
    z.strictObject({ type: z.literal('full_machine') }),
  ]),
  name: imageName,
  description: description.nullable().default(null),
  /** True: what keeps servers of an image from working is mended in the image as far as it can be (R12). */
  generalize: z.boolean().default(false),
  /** The image is booted once, to see whether it does. */
  verify_boot: z.boolean().default(false),
});

/** What a tenant says to make an image of a stopped server, of a disk or all of them (R5, R11). Unknown fields are refused. */
export const captureBody = fields.refine(({ verify_boot, source }) => !verify_boot || source.type !== 'data_disk', {
  path: ['verify_boot'],
  message: 'is for captures with a system disk',
});

export type CaptureBody = z.output<typeof captureBody>;

/** The request the capture service gets. */
export function toRequestCapture(
  body: CaptureBody,
  where: { readonly region: string; readonly idempotency_key: string | null },
): RequestOf<typeof RequestCapture> {
  return { ...where, ...body };
}
