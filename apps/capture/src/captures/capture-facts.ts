import type { Declared } from '@imago/image-transfer';
import type { ImageOrigin, ImageRecord, RegisteredFacts } from '@imago/contracts';
import type { LockAnswer } from '../exports/locked-disk.ts';
import type { CaptureInput } from '../jobs/image-job.ts';

const GIB = 2n ** 30n;
/** What the hosts run. */
const ARCHITECTURE = 'x86_64';

/**
 * What is known of the image of a disk, or of a machine by its system disk.
 * @param made the image the disk was made from, as far as the caller can see it.
 */
export function captureFacts(
  { name, description, scope }: CaptureInput,
  { server, disk }: LockAnswer,
  made: ImageRecord | null,
): RegisteredFacts {
  const architecture = made?.architecture ?? ARCHITECTURE;
  const min_disk = gibOf(disk);
  const facts = { name, description, architecture, min_disk, enterprise_project_id: 'default', tags: [] };
  if (disk.kind === 'data_disk') return { ...facts, image_type: 'data_disk', min_ram: 0, boot_mode: null };
  const { os_distro, os_version, boot_mode } = server;
  return {
    ...facts,
    image_type: scope === 'machine' ? 'full_machine' : 'system_disk',
    min_ram: made?.min_ram ?? 0,
    boot_mode,
    ...(os_distro !== null && { os_distro }),
    ...(os_version !== null && { os_version }),
  };
}

/** Whole GiB that a disk takes. */
export function gibOf({ size }: Pick<LockAnswer['disk'], 'size'>): number {
  return Number((BigInt(size) + GIB - 1n) / GIB);
}

/** What is said of a data disk of a machine. */
export function dataDiskDeclared(): Declared {
  return { image_type: 'data_disk', architecture: ARCHITECTURE, os_distro: null, os_version: null, boot_mode: null };
}

/** Where the image of a disk comes from. */
export function originOf({ server, disk }: Pick<LockAnswer, 'server' | 'disk'>): ImageOrigin {
  return {
    server_id: server.id,
    server_name: server.name,
    disk: disk.kind,
    disk_id: disk.id,
    image_id: disk.image_id,
  };
}
