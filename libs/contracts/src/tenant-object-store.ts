import { z } from 'zod';
import { objectStoreName } from './import-source.ts';
import { instant, projectId, regionName } from './scalars.ts';

const shown = {
  name: objectStoreName,
  /** Where it is: scheme, host and port. */
  endpoint: z.url({ protocol: /^https?$/ }).max(512),
  /** The region its requests are signed for. */
  signing_region: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/),
  /** Where the bucket stands in URLs: in the path, or before the host. */
  addressing_style: z.enum(['path', 'virtual']),
};

/** The public part of the key. */
const accessKey = z.string().regex(/^[\x21-\x7e]{1,256}$/);

/** What a project says of an object store of its own. */
export const objectStoreSettings = z.object({
  ...shown,
  access_key: accessKey,
  /** Never shown, and encrypted where it is kept. */
  secret_key: z.string().regex(/^[\x21-\x7e]{1,512}$/),
});
export type ObjectStoreSettings = z.output<typeof objectStoreSettings>;

/** An object store as its project sees it, and nobody else. */
export const objectStoreRecord = z.object({
  id: z.uuid(),
  project_id: projectId,
  region: regionName,
  ...shown,
  access_key: z.string(),
  created_by: z.string(),
  created_at: instant,
  updated_at: instant,
  version: z.int().min(1),
});
export type ObjectStoreRecord = z.output<typeof objectStoreRecord>;
