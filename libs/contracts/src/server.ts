import { z } from 'zod';
import { refusalDocument } from './errors.ts';
import { imageName, instant, projectId, regionName, token } from './scalars.ts';

/**
 * What a server is. `building`: it has never run. `running` and `stopped`: its virtual machine is on or off. `failed`:
 * it could not be built, and can only be deleted. `deleted`: gone.
 */
export const serverStatus = z.enum(['building', 'running', 'stopped', 'failed', 'deleted']);
export type ServerStatus = z.output<typeof serverStatus>;

/** What is being done with a server; while it has a task it takes no other. */
export const serverTask = z.enum([
  'creating',
  'starting',
  'stopping',
  'rebooting',
  'changing_os',
  'capturing',
  'deleting',
]);
export type ServerTask = z.output<typeof serverTask>;

/** Why a server stopped: somebody asked, its guest switched itself off, or its virtual machine ended unasked. */
export const stopReason = z.enum(['requested', 'guest', 'crashed']);
export type StopReason = z.output<typeof stopReason>;

/** Data disks a server may have. */
export const MOST_DATA_DISKS = 16;

/** GiB of a disk. */
export const diskSize = z.int().min(1).max(1024);

/** Cloud-init's user data: text, 16 KiB at most, as the field has it. */
export const userData = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= 16_384 && !text.includes('\u0000') && text.isWellFormed(), {
    message: 'must be text of at most 16 KiB without NUL',
  });

/** A data disk as it is asked for: empty, or with the content of a data disk image. */
export const dataDiskWish = z.object({ size_gib: diskSize, image_id: z.uuid().nullable().default(null) });
export type DataDiskWish = z.output<typeof dataDiskWish>;

export const serverRecord = z.object({
  id: z.uuid(),
  name: imageName,
  project_id: projectId,
  region: regionName,
  status: serverStatus,
  task: serverTask.nullable(),
  /** The job that does the task. */
  job_id: z.uuid().nullable(),
  flavor: z.object({ name: token, vcpus: z.int().min(1), ram: z.int().min(1) }),
  /** The image its system disk was made from, as it was called then; the image itself may be gone. */
  image_id: z.uuid(),
  image_name: z.string().nullable(),
  os_distro: z.string().nullable(),
  os_version: z.string().nullable(),
  boot_mode: z.enum(['bios', 'uefi']),
  system_disk: z.object({ size_gib: diskSize }),
  data_disks: z.array(z.object({ id: z.uuid(), size_gib: diskSize, image_id: z.uuid().nullable() })),
  network: z.object({ name: z.string(), mac_address: z.string() }),
  /** The last thing that went wrong with it; null once something has succeeded after that. */
  fault: refusalDocument.nullable(),
  created_at: instant,
  updated_at: instant,
  /** When its virtual machine was last switched on; null while it is off. */
  started_at: instant.nullable(),
  /** Grows with every change. */
  version: z.int().min(1),
});
export type ServerRecord = z.output<typeof serverRecord>;
