import { hostname } from 'node:os';
import { reconciliationEnvironment } from '@imago/reconciliation';
import { serviceEnvironment } from '@imago/service';
import { z } from 'zod';

/** `name=restricted` or `name=open`, separated by commas. */
const NETWORKS = /^[a-z0-9][a-z0-9_-]{0,63}=(restricted|open)(,[a-z0-9][a-z0-9_-]{0,63}=(restricted|open))*$/;

/** What the compute service reads from its environment, once, at start. */
export const computeConfig = z.object({
  ...serviceEnvironment,
  ...reconciliationEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  IMAGO_CONTEXT_KEY: z.string().regex(/^([0-9a-f]{2}){32,}$/i),
  IMAGO_REGIONS_FILE: z.string().min(1),
  /** Where the disks of this host's servers, their consoles and the cache of images are kept. */
  COMPUTE_DIRECTORY: z.string().min(1),
  /** The name of this host, of one process only; the machine's own name when absent. */
  COMPUTE_HOST: z.string().min(1).max(255).optional(),
  /** The regions whose servers this host runs, separated by commas; every region when absent. */
  COMPUTE_REGIONS: z.string().min(1).optional(),
  /** Where programs are looked for that are given by their name alone. */
  PATH: z.string().default('/usr/bin:/bin'),
  /** The program that runs machines. */
  IMAGO_QEMU_SYSTEM: z.string().min(1).default('qemu-system-x86_64'),
  /** The program that makes their disks. */
  IMAGO_QEMU_IMG: z.string().min(1).default('qemu-img'),
  /** The UEFI firmware's code; without it images with boot mode `uefi` cannot be started. */
  IMAGO_OVMF_CODE: z.string().min(1).optional(),
  /** The UEFI firmware's empty variables, of which every such server gets a copy. */
  IMAGO_OVMF_VARS: z.string().min(1).optional(),
  /** GiB of images that are kept on this host, so that they are not read from the store again. */
  COMPUTE_CACHE_GIB: z.coerce.number().min(0).max(65_536).default(10),
  /** Seconds a guest has to switch itself off or to reboot when it is asked to, before it is cut off. */
  COMPUTE_STOP_PATIENCE_SECONDS: z.coerce.number().min(0).max(600).default(30),
  /** Whether the servers of this host are switched off when the service ends; else they run on without it. */
  COMPUTE_STOP_SERVERS_AT_END: z.enum(['true', 'false']).default('false'),
  /** Servers one order may make. */
  COMPUTE_BATCH_LIMIT: z.coerce.number().int().min(1).max(200).default(20),
  /** How many bytes of disks are promised for each byte this host has for them. */
  COMPUTE_DISK_ALLOCATION_RATIO: z.coerce.number().min(0.01).max(1000).default(1),
  /** How many bytes of memory are promised for each byte this host has. */
  COMPUTE_MEMORY_ALLOCATION_RATIO: z.coerce.number().min(0.01).max(1000).default(1),
  /** The networks a server may be in, as `name=restricted` (DHCP and nothing else) or `name=open`, separated by commas. */
  COMPUTE_NETWORKS: z.string().regex(NETWORKS).default('default=restricted'),
  /** Jobs at the same time on this host. */
  COMPUTE_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  /** Seconds a claimed job stays claimed without a sign of life. */
  COMPUTE_LEASE_SECONDS: z.coerce.number().int().min(2).max(600).default(15),
  /** Seconds a machine may take for one step, beside the patience with its guest, before the attempt is given up. */
  COMPUTE_STALL_SECONDS: z.coerce.number().int().min(2).max(3600).default(120),
  /** Attempts a job gets before it has failed. */
  COMPUTE_MAXIMUM_ATTEMPTS: z.coerce.number().int().min(1).max(100).default(5),
  /** Seconds after which an admission nobody finished is taken back. Longer than any request lives. */
  COMPUTE_ADMISSION_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  /** Seconds between two looks for admissions that were cut off, and for holds that are to end. */
  COMPUTE_SWEEP_SECONDS: z.coerce.number().min(0.05).max(600).default(5),
  /** Seconds between two looks at the host and its machines. */
  COMPUTE_HEARTBEAT_SECONDS: z.coerce.number().min(0.05).max(60).default(3),
  /** Images that are booted once, to see whether they do, at the same time on this host. */
  COMPUTE_BOOT_PROOFS: z.coerce.number().int().min(1).max(64).default(1),
  /** Seconds a guest that is booted once has to show on its serial console that it is up; a job silent for 900 s alarms. */
  COMPUTE_BOOT_PROOF_SECONDS: z.coerce.number().min(1).max(800).default(300),
  /** MiB of memory of the machine for that; more where the image says that it needs more. */
  COMPUTE_BOOT_PROOF_MIB: z.coerce.number().int().min(64).max(65_536).default(1024),
  /** Seconds a server stays locked for a capture that gives no sign of life. */
  COMPUTE_LOCK_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  /** Where the capture service reaches this process over HTTP; its host and port as they are when absent. */
  COMPUTE_EXPORT_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Seconds between two looks at the consoles. */
  COMPUTE_CONSOLE_SECONDS: z.coerce.number().min(0.05).max(60).default(1),
});

export type ComputeConfig = Readonly<z.output<typeof computeConfig>>;

/** The name this host goes by. */
export function hostOf(config: Pick<ComputeConfig, 'COMPUTE_HOST'>): string {
  return config.COMPUTE_HOST ?? hostname();
}
