import { exportDiskFormat, refusal } from '@imago/contracts';
import { z } from 'zod';
import { openText, signText } from './signed-text.ts';

const downloadLink = z.object({
  link_id: z.uuid(),
  /** The project it was made for, and the bytes of what image it opens, as a file of what format. */
  project_id: z.string().min(1).max(64),
  region: z.string().min(1).max(63),
  image_id: z.uuid(),
  disk_format: exportDiskFormat,
  /** Milliseconds since 1970. */
  expires_at: z.int(),
});

/** What a link lets whoever has it read, and until when. */
export type DownloadLink = z.output<typeof downloadLink>;

/** The token of a link, for its URL. `key` is that of the contexts; a token of one kind is worthless as the other. */
export function signDownloadLink(link: DownloadLink, key: string): string {
  return signText(downloadLink.parse(link), 'imago.download-link.v1', key);
}

/** What a token was signed for. @throws Refusal link.invalid when it is no token of ours, link.expired */
export function verifyDownloadLink(token: string, key: string): DownloadLink {
  const link = downloadLink.safeParse(openText(token, 'imago.download-link.v1', key));
  if (!link.success) throw refusal('link.invalid', 'This is no link that Imago has made.');
  if (link.data.expires_at <= Date.now()) throw refusal('link.expired', 'The link has expired.');
  return link.data;
}
