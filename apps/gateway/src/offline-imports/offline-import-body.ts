import {
  diskFileFormat,
  imageFacts,
  type ImportSource,
  offlineOrder,
  operatingSystemFault,
  projectId,
  type RequestOf,
  type RequestOfflineImport,
  sha512Hex,
} from '@imago/contracts';
import { readManifest } from '@imago/offline-bundle';
import { z } from 'zod';
import { importedFile } from '../imports/import-body.ts';
import { importSourceText } from '../imports/import-source.ts';

type Order = RequestOf<typeof RequestOfflineImport>['order'];
type OwnSource = Extract<ImportSource, { type: 'bucket' | 'upload' }>;

const common = {
  /** The file: in parts that the operator has sent, or in a bucket of the operator's project. */
  source: importSourceText.refine(isOwn, { message: 'must be upload://id or s3://bucket/object' }),
  /** Why the image may be there although it could not be scanned in full; it is recorded. */
  unscanned_reason: offlineOrder.shape.unscanned_reason.default(null),
};

/** What the operator says of a file. */
const fileBody = z
  .strictObject({
    type: z.literal('file'),
    ...common,
    project_id: projectId,
    /** Of the whole file, hex. */
    sha512: z.string().toLowerCase().pipe(sha512Hex),
    ...importedFile,
    /** What is in it is scanned before its project has it, so there is a disk in it. */
    disk_format: diskFileFormat,
  })
  .superRefine((body, context) => {
    if (context.issues.length > 0) return;
    const fault = operatingSystemFault(body);
    if (fault !== null) context.addIssue({ code: 'custom', path: [fault.field], message: fault.message });
  });

/** What whoever has made a bundle says of it: its manifest, byte for byte as it was signed, and the signature in base64. */
const bundleBody = z.strictObject({
  type: z.literal('bundle'),
  ...common,
  manifest: z.string(),
  signature: z.string().max(256),
});

/** What an operator says to import a file on behalf of a project (R15). */
export const offlineImportBody = z.discriminatedUnion('type', [fileBody, bundleBody]);
export type OfflineImportBody = z.output<typeof offlineImportBody>;

/** The order as the import service gets it. */
export function toOrder(body: OfflineImportBody): Order {
  if (body.type === 'bundle') return { type: 'bundle', manifest: body.manifest, signature: body.signature };
  const { type, project_id, sha512, disk_format, compression, ...rest } = body;
  return { type, project_id, sha512, disk_format, compression, facts: imageFacts.parse(rest) };
}

/** The project it is for. @throws Refusal bundle.manifest_invalid */
export function projectOf(body: OfflineImportBody): string {
  return body.type === 'bundle' ? readManifest(body.manifest).project_id : body.project_id;
}

function isOwn(source: ImportSource): source is OwnSource {
  return source.type === 'bucket' || source.type === 'upload';
}
