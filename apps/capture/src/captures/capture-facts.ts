import type { ImageOrigin, ImageRecord, RegisteredFacts } from '@imago/contracts';
import type { LockAnswer } from '../exports/locked-disk.ts';
import type { CaptureInput } from '../jobs/image-job.ts';

const GIB = 2n ** 30n;
/** What the hosts run. */
const ARCHITECTURE = 'x86_64';

/**
 * What is known of the image of a disk.
 * @param made the image the disk was made from, as far as the caller can see it.
 */
export function captureFacts(
  { name, description }: CaptureInput,
  { server, disk }: LockAnswer,
  made: ImageRecord | null,
): RegisteredFacts {
  const architecture = made?.architecture ?? ARCHITECTURE;
  const min_disk = Number((BigInt(disk.size) + GIB - 1n) / GIB);
  const facts = { name, description, architecture, min_disk, enterprise_project_id: 'default', tags: [] };
  if (disk.kind === 'data_disk') return { ...facts, image_type: 'data_disk', min_ram: 0, boot_mode: null };
  const { os_distro, os_version, boot_mode } = server;
  return {
    ...facts,
    image_type: 'system_disk',
    min_ram: made?.min_ram ?? 0,
    boot_mode,
    ...(os_distro !== null && { os_distro }),
    ...(os_version !== null && { os_version }),
  };
}

/** Where the image comes from. */
export function originOf({ server, disk }: LockAnswer): ImageOrigin {
  return {
    server_id: server.id,
    server_name: server.name,
    disk: disk.kind,
    disk_id: disk.id,
    image_id: disk.image_id,
  };
}
