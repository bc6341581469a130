import { exportDestination, exportDiskFormat } from '@imago/contracts';
import { z } from 'zod';

/** What a tenant says to have an image written into a bucket (R24). Unknown fields are refused. */
export const exportBody = z.strictObject({
  image_id: z.uuid().toLowerCase(),
  disk_format: exportDiskFormat,
  destination: z.strictObject(exportDestination.shape),
  /** Writes over an object that is there. */
  overwrite: z.boolean().default(false),
});

export type ExportBody = z.output<typeof exportBody>;
