import {
  compression,
  fileChecksum,
  fileImageType,
  imageFacts,
  importDiskFormat,
  operatingSystemFault,
  type RequestImport,
  type RequestOf,
} from '@imago/contracts';
import { z } from 'zod';
import { importSourceText } from './import-source.ts';

const { description, image_type, min_ram, boot_mode, tags, ...required } = imageFacts.shape;

/** What a file is said to be, and the image that is to be made of it. */
export const importedFile = {
  disk_format: importDiskFormat,
  /** What the file is packed with as a whole. */
  compression: compression.nullable().default(null),
  ...required,
  description: description.default(null),
  /** A file is one disk, so it is no full machine. */
  image_type: image_type.exclude(['full_machine']).default('system_disk'),
  min_ram: min_ram.default(0),
  boot_mode: boot_mode.default(null),
  tags: tags.default([]),
};

const fileType = importedFile.image_type.unwrap();

const fields = z.strictObject({
  source: importSourceText,
  /** What the whole file must hash to. */
  checksum: fileChecksum.nullable().default(null),
  ...importedFile,
  /** When nothing is said: a system disk; an ISO image, which is never one, counts among the data. */
  image_type: fileType.optional(),
  /** The image is booted once when it is active, to see whether it does. */
  verify_boot: z.boolean().default(false),
  /** The tenant accepted the agreement; who and when is recorded. */
  agreement_accepted: z.literal(true, { message: 'must be true: the agreement has to be accepted' }),
});

/** What a tenant says to import an image file (R13). Unknown fields are refused, and systems that are not known (R9). */
export const importBody = fields.superRefine((body, context) => {
  if (context.issues.length > 0) return; // of the fields themselves
  const unbootable = (message: string): void => {
    context.addIssue({ code: 'custom', path: ['verify_boot'], message });
  };
  const fault = operatingSystemFault(body);
  if (fault !== null) context.addIssue({ code: 'custom', path: [fault.field], message: fault.message });
  if (body.disk_format === 'iso' && body.image_type === 'system_disk') {
    const message = 'must be data_disk, or nothing: an ISO image is never a system disk';
    context.addIssue({ code: 'custom', path: ['image_type'], message });
  }
  if (body.verify_boot && typeOf(body) !== 'system_disk') unbootable('is for system disks: nothing boots from others');
  if (body.verify_boot && body.architecture !== 'x86_64') unbootable('is for x86_64, which the hosts are');
});

export type ImportBody = z.output<typeof importBody>;

function typeOf({ image_type: said, disk_format }: Pick<ImportBody, 'image_type' | 'disk_format'>) {
  return said ?? fileImageType(disk_format);
}

/** The request the import service gets. */
export function toRequestImport(
  body: ImportBody,
  where: { readonly region: string; readonly idempotency_key: string | null },
): RequestOf<typeof RequestImport> {
  const { agreement_accepted, verify_boot, ...order } = body;
  const { source, checksum, disk_format, compression: packing, ...said } = order;
  const facts = { ...said, image_type: typeOf(order) };
  const file = { source, checksum, disk_format, compression: packing };
  return { ...where, ...file, facts, agreement_accepted, verify_boot };
}
