import { exportDiskFormat } from '@imago/contracts';
import { z } from 'zod';

/** What a tenant says to get a link to an image. How long it may live at most, the operator says. */
export const downloadLinkBody = z.strictObject({
  disk_format: exportDiskFormat.default('qcow2'),
  /** Seconds. */
  expires_in: z.int().min(1).max(2_592_000).default(3600),
});

export type DownloadLinkBody = z.output<typeof downloadLinkBody>;

/** The query of a link. */
export const downloadQuery = z.object({ token: z.string().min(1).max(2048) });

export type DownloadQuery = z.output<typeof downloadQuery>;
