import { z } from 'zod';
import { defineRequest } from './define.ts';
import { compression, diskFileFormat, imageFacts } from './image.ts';
import { bucketSource, uploadSource } from './import-source.ts';
import { anyJobView } from './job.ts';
import { offlineOrder } from './offline-import.ts';
import { projectId, regionName, sha512Hex } from './scalars.ts';

/** What an operator says of a file: what image it is to be, and whose. */
const fileOrder = z.object({
  type: z.literal('file'),
  project_id: projectId,
  sha512: sha512Hex,
  /** Its files are scanned before the project has it, so there is a disk in it. */
  disk_format: diskFileFormat,
  compression: compression.nullable(),
  facts: imageFacts,
});

/** The same, said and signed by whoever has made the bundle. */
const bundleOrder = z.object({ type: z.literal('bundle'), manifest: z.string(), signature: z.string().max(256) });

/**
 * Imports a file on behalf of a project (role `admin`), which the operator has sent in parts or put into a bucket of its own
 * project. It is scanned before the image is active. Idempotent by `idempotency_key` per project. Refusals: auth.forbidden,
 * those of `import.requestImport`, bundle.manifest_invalid, bundle.signer_unknown, bundle.signature_invalid,
 * bundle.region_mismatch, bundle.file_mismatch.
 */
export const RequestOfflineImport = defineRequest('import', 'requestOfflineImport', {
  kind: 'command',
  request: z.object({
    region: regionName,
    idempotency_key: z.string().min(1).max(255).nullable(),
    source: z.discriminatedUnion('type', [bucketSource, uploadSource]),
    order: z.discriminatedUnion('type', [fileOrder, bundleOrder]),
    unscanned_reason: offlineOrder.shape.unscanned_reason,
  }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});
