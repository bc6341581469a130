import { type DataDiskWish, type HeldObject, type ShownImage, refusal } from '@imago/contracts';
import { GIB } from '../servers/server-spec.ts';
import type { ImageMarks } from './server-job.ts';

/** GiB a disk may have. */
const LARGEST_DISK = 1024;

/** An image with its bytes, as catalog holds them. */
export interface HeldImage {
  readonly image: ShownImage;
  readonly object: HeldObject;
}

/** What a server brings along, and what is said of its system disk. */
export interface SystemWish {
  /** MiB. */
  readonly ram: number;
  /** GiB, as a check; null: nothing is said. */
  readonly system_disk_gib: number | null;
}

/**
 * The GiB of a system disk made from the image: exactly what the image says, or what its content needs. The image of a
 * full machine is the image of its system disk.
 * @throws Refusal server.image_unusable, server.ram_too_small, server.disk_size_mismatch
 */
export function systemDiskSize(held: HeldImage, wish: SystemWish): number {
  const { image } = held;
  requireSystem(image);
  if (image.min_ram > wish.ram) {
    throw refusal(
      'server.ram_too_small',
      `The image needs ${image.min_ram} MiB of memory; the server has ${wish.ram}.`,
      {
        min_ram: image.min_ram,
        ram: wish.ram,
      },
    );
  }
  const size = sizeNeeded(held);
  if (size > LARGEST_DISK) {
    throw refusal(
      'server.image_unusable',
      `The image needs a disk of ${size} GiB; a server's has ${LARGEST_DISK} at most.`,
      {
        size_gib: size,
        maximum_gib: LARGEST_DISK,
      },
    );
  }
  if (wish.system_disk_gib !== null && wish.system_disk_gib !== size) {
    throw refusal(
      'server.disk_size_mismatch',
      `The system disk has ${size} GiB as its image does, not ${wish.system_disk_gib}.`,
      { size_gib: size, asked_gib: wish.system_disk_gib },
    );
  }
  return size;
}

/**
 * A data disk of so many GiB may be made from the image.
 * @throws Refusal server.image_unusable, server.disk_too_small
 */
export function requireDataDisk(held: HeldImage, size: number): void {
  requireKind(held.image, 'data_disk');
  const needed = sizeNeeded(held);
  if (size >= needed) return;
  throw refusal('server.disk_too_small', `A disk with this image has at least ${needed} GiB, not ${size}.`, {
    image_id: held.image.id,
    needed_gib: needed,
    size_gib: size,
  });
}

/**
 * The data disks that were planned are those the image brings, all of them and in their order.
 * @throws Refusal server.image_unusable when it was not to be seen yet while the order was recorded.
 */
export function requireMachineDisks({ id, data_disks }: ShownImage, planned: readonly DataDiskWish[]): void {
  const isSame = data_disks.every((disk, at) => disk.image_id === planned[at]?.image_id);
  if (isSame && data_disks.length === planned.length) return;
  throw refusal('server.image_unusable', `Image ${id} has other disks than it had a moment ago; ask again.`, {
    image_id: id,
  });
}

/** What a server keeps of its image. */
export function marksOf({ id, name, os_distro, os_version, boot_mode }: ShownImage): ImageMarks {
  return {
    image_id: id,
    image_name: name,
    os_distro: os_distro ?? null,
    os_version: os_version ?? null,
    boot_mode: boot_mode ?? 'bios',
  };
}

/**
 * The image has a system to boot, by itself or with the data disks of a machine, for the processors of the hosts.
 * @throws Refusal server.image_unusable
 */
export function requireSystem(image: ShownImage): void {
  requireKind(image, image.image_type === 'full_machine' ? 'full_machine' : 'system_disk');
}

/**
 * The image is of this type, and for the processors of the hosts.
 * @throws Refusal server.image_unusable
 */
function requireKind(image: ShownImage, kind: ShownImage['image_type']): void {
  const { id, image_type, architecture, disk_format } = image;
  if (disk_format === 'iso') {
    throw refusal('server.image_unusable', `Image ${id} is an ISO image, which is no disk a server could have.`, {
      image_id: id,
      disk_format,
    });
  }
  if (image_type !== kind) {
    throw refusal('server.image_unusable', `Image ${id} is of type ${image_type}; ${kind} is needed here.`, {
      image_id: id,
      image_type,
      needed: kind,
    });
  }
  if (architecture !== undefined && architecture !== 'x86_64') {
    throw refusal('server.image_unusable', `Image ${id} is for ${architecture}; the hosts are x86_64.`, {
      image_id: id,
      architecture,
      needed: 'x86_64',
    });
  }
}

function sizeNeeded({ image, object }: HeldImage): number {
  const content = (BigInt(object.virtual_size) + GIB - 1n) / GIB;
  return Math.max(1, image.min_disk, Number(content));
}
