import { z } from 'zod';
import { defineRequest } from './define.ts';
import { sourceUrl } from './import-source.ts';
import { anyJobView } from './job.ts';
import { byteCount, instant, regionName } from './scalars.ts';

/** How an image that is registered gets its bytes by an import, in the words of the OpenStack Image API. */
export const importMethod = z.enum(['glance-direct', 'web-download']);
export type ImportMethod = z.output<typeof importMethod>;

const ofImage = { image_id: z.uuid(), region: regionName };

/**
 * Makes an import job the maker of a registered image, on behalf of the caller (policy image.import), and the image becomes
 * `importing`. `glance-direct` needs a whole staged file, `web-download` a queued image. Idempotent by `job_id`. Refusals:
 * image.not_found, auth.forbidden, image.wrong_state, import.format_missing.
 */
export const BeginImport = defineRequest('catalog', 'beginImport', {
  kind: 'command',
  request: z.object({ ...ofImage, job_id: z.uuid(), method: importMethod }),
  response: z.object({
    /** The staged file in the bucket of the region; null of what is downloaded. */
    staged: z.object({ key: z.string(), size: byteCount }).nullable(),
    event_ids: z.array(z.uuid()),
  }),
});

/** An import that was begun and never promised: the image is `queued` again (role `service`). Idempotent. */
export const WithdrawImport = defineRequest('catalog', 'withdrawImport', {
  kind: 'command',
  request: z.object({ ...ofImage, job_id: z.uuid() }),
  response: z.object({}),
});

/**
 * Imports the file of a registered image of the caller's project, staged before or from a URL. When it fails, the image is
 * `queued` again. Refusals: those of catalog.beginImport, image.format_unsupported, and of a URL what docs/errors.md has
 * under `import.`.
 */
export const ImportImage = defineRequest('import', 'importImage', {
  kind: 'command',
  request: z.object({
    ...ofImage,
    method: z.discriminatedUnion('name', [
      z.object({ name: z.literal('glance-direct') }),
      z.object({ name: z.literal('web-download'), uri: sourceUrl }),
    ]),
  }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});

/** How an import of a registered image was asked for. The query of a URL is not told. */
export const askedImport = z.object({
  request_id: z.string(),
  method: z.object({ name: importMethod, uri: z.string().optional() }),
});
export type AskedImport = z.output<typeof askedImport>;

/** How the imports of an image were asked for, of those the caller may see. */
export const DescribeImports = defineRequest('import', 'describeImports', {
  kind: 'query',
  request: z.object(ofImage),
  response: z.object({
    imports: z.array(
      z.object({ job_id: z.uuid(), user_id: z.string().nullable(), created_at: instant, asked: askedImport }),
    ),
  }),
});
