import { type ExportDiskFormat, type ShownImage, refusal } from '@imago/contracts';
import { LARGEST_DISK } from '@imago/disk-image';
import { type Relation, requireAllowed, type RequestContext } from '@imago/identity';
import type { ExportConfig } from '../config.ts';

/**
 * The bytes of an image are its owner's to take away. A public image is nobody's to take, unless the operator lets
 * everybody. @throws Refusal auth.forbidden
 */
export function requireMayTakeAway(
  { owner, visibility }: ShownImage,
  context: RequestContext,
  { EXPORT_PUBLIC_IMAGES }: Pick<ExportConfig, 'EXPORT_PUBLIC_IMAGES'>,
): void {
  const ofOthers: Relation = visibility !== 'public' ? 'accepted' : EXPORT_PUBLIC_IMAGES ? 'owner' : 'public';
  requireAllowed('image.export', context, owner === context.project_id ? 'owner' : ofOthers);
}

/** A disk of a machine is exported with the machine. @throws Refusal image.part_of_machine */
export function requireNoPart({ id, machine_image_id }: ShownImage): void {
  if (machine_image_id === null) return;
  throw refusal('image.part_of_machine', `Image ${id} is a data disk of full-machine image ${machine_image_id}.`, {
    machine_image_id,
  });
}

/**
 * The image can be read as a file of the format now.
 * @throws Refusal image.deactivated, image.not_active, export.format_unsupported
 */
export function requireReadable(image: ShownImage, format: ExportDiskFormat): void {
  const { status } = image;
  if (status === 'deactivated') throw refusal('image.deactivated', 'The image is deactivated.');
  if (status !== 'active') throw refusal('image.not_active', `The image is ${status}.`, { status });
  requireFits(image, format);
  for (const { size_gib } of image.data_disks) {
    requireFits({ disk_format: image.disk_format, virtual_size: (BigInt(size_gib) * 2n ** 30n).toString() }, format);
  }
}

/** What has a disk in it that can be read. */
const DISKS: readonly (string | null)[] = ['raw', 'qcow2'];

/** The image is a disk, and a file of the format can hold it. */
function requireFits(
  { disk_format, virtual_size }: Pick<ShownImage, 'disk_format' | 'virtual_size'>,
  format: ExportDiskFormat,
): void {
  if (!DISKS.includes(disk_format)) {
    throw refusal('export.format_unsupported', `The image is a file of format ${disk_format ?? 'unknown'}, no disk.`);
  }
  if (virtual_size === null || Number(virtual_size) <= LARGEST_DISK[format]) return;
  const message = `A disk of ${virtual_size} bytes does not fit into ${format}: ${LARGEST_DISK[format]} at most.`;
  throw refusal('export.format_unsupported', message, { limit: LARGEST_DISK[format] });
}
