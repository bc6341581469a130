import {
  compression,
  imageFacts,
  diskFileFormat,
  instant,
  operatingSystemFault,
  projectId,
  refusal,
  regionName,
  sha256Hex,
  sha512Hex,
} from '@imago/contracts';
import { z } from 'zod';

/** Bytes a manifest may have. */
export const LONGEST_MANIFEST = 64 * 1024;

/** The name of a file beside its manifest: never a way to another folder, nor hidden, nor an option of a command. */
export const bundleFileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$/, { message: 'must be the plain name of a file beside the manifest' });

/** What a signer says of a file: which it is, what image it is to be, of which project and in which region. */
export const bundleManifest = z
  .strictObject({
    imago_bundle: z.literal(1),
    created_at: instant,
    /** Of the key that signs it. */
    signer: sha256Hex,
    region: regionName,
    project_id: projectId,
    file: z.strictObject({
      name: bundleFileName,
      /** Bytes. */
      size: z.int().min(1),
      sha512: sha512Hex,
    }),
    image: z.strictObject({
      disk_format: diskFileFormat,
      compression: compression.nullable(),
      ...imageFacts.shape,
      image_type: imageFacts.shape.image_type.exclude(['full_machine']),
    }),
  })
  .superRefine(({ image }, context) => {
    if (context.issues.length > 0) return;
    const fault = operatingSystemFault(image);
    if (fault !== null) context.addIssue({ code: 'custom', path: ['image', fault.field], message: fault.message });
  });
export type BundleManifest = z.output<typeof bundleManifest>;

/** Reads a manifest; whether it is signed is another question. @throws Refusal bundle.manifest_invalid */
export function readManifest(text: string): BundleManifest {
  if (Buffer.byteLength(text) > LONGEST_MANIFEST) throw invalid(`has more than ${LONGEST_MANIFEST} bytes`);
  const read = bundleManifest.safeParse(parsed(text));
  if (read.success) return read.data;
  const errors = read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })).slice(0, 20);
  const [first] = errors;
  throw invalid(
    first === undefined ? 'is wrong' : `is wrong: ${first.path === '' ? 'it' : first.path} ${first.message}`,
    {
      errors,
    },
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('is no JSON');
  }
}

function invalid(why: string, details?: Readonly<Record<string, unknown>>): Error {
  return refusal('bundle.manifest_invalid', `The manifest of the bundle ${why}.`, details);
}
