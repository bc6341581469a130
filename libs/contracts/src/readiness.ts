import { z } from 'zod';

/**
 * What is looked at in the disk of an image to say whether a server made of it will work. A data disk has the first two
 * alone.
 */
export const READINESS_POINTS = [
  'partition_table',
  'file_systems',
  'operating_system',
  'architecture',
  'boot_mode',
  'dhcp',
  'persistent_net_rules',
  'initialisation',
  'fstab',
  'virtio',
  'machine_id',
  'ssh_host_keys',
] as const;

/** `ok`: as it should be. `warning`: a server starts, but not as one expects. `problem`: it will not work. `unknown`: it could not be found out, and `seen` says why. */
export const readinessStatus = z.enum(['ok', 'warning', 'problem', 'unknown']);
export type ReadinessStatus = z.output<typeof readinessStatus>;

/** One point of a report. Texts from the disk are cut and printable: the disk is a stranger's. */
export const readinessPoint = z.object({
  point: z.enum(READINESS_POINTS),
  status: readinessStatus,
  /** What was seen, in a sentence. */
  seen: z.string().min(1).max(500),
  /** Where: `/etc/fstab:3`, `partition 2`, `sector 0`; null when it is about the whole disk. */
  where: z.string().max(300).nullable(),
  /** What to do; null when nothing is. */
  remedy: z.string().max(500).nullable(),
});
export type ReadinessPoint = z.output<typeof readinessPoint>;

/** Whether the disk of an image is fit for servers, point by point, and what was found on it. */
export const readinessReport = z.object({
  /** The worst of its points; `unknown` counts less than a warning. */
  status: readinessStatus,
  points: z.array(readinessPoint).max(READINESS_POINTS.length),
  /** The operating system found; null when none was. */
  operating_system: z
    .object({
      os_type: z.enum(['linux', 'windows']),
      /** As OpenStack's `os_distro` has it; null when it is not one that is known. */
      os_distro: z.string().max(100).nullable(),
      os_version: z.string().max(100).nullable(),
      /** As it calls itself. */
      name: z.string().max(200),
      architecture: z.enum(['x86_64', 'aarch64']).nullable(),
    })
    .nullable(),
  partition_table: z.enum(['mbr', 'gpt']).nullable(),
  file_systems: z
    .array(z.object({ where: z.string().max(100), type: z.string().max(32), uuid: z.string().max(64).nullable() }))
    .max(128),
  /** Bytes of the disk that were read for it. */
  bytes_read: z.int().min(0),
});
export type ReadinessReport = z.output<typeof readinessReport>;
