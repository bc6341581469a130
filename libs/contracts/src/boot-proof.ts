import { z } from 'zod';
import { instant } from './scalars.ts';

/** Characters of the serial log that are kept: its end, where it stopped. */
export const SERIAL_LOG_LENGTH = 4096;

/** Why the boot of an image is not proven. */
export const bootFault = z.enum([
  /** The firmware found nothing on the disk to start. */
  'no_bootable_device',
  /** The boot loader started and got no further. */
  'boot_loader_stopped',
  /** The kernel started and did not find its root file system. */
  'root_file_system_missing',
  'kernel_panic',
  /** The system asks for somebody to repair it. */
  'emergency_shell',
  /** The guest switched itself off before it was up. */
  'guest_stopped',
  /** Its virtual machine ended unasked. */
  'machine_ended',
  /** The kernel spoke, and nothing after it did. */
  'no_user_space',
  /** Nothing but the firmware spoke, so nothing can be said of the rest. */
  'silent',
]);
export type BootFault = z.output<typeof bootFault>;

const seenOnce = {
  /** When the image was booted. */
  attempted_at: instant,
  /** From the machine's first instruction to the verdict. */
  seconds: z.number().min(0),
  /** The end of what the guest wrote to its serial console, as text that does nothing to a screen or a log. */
  serial_log: z.string().max(SERIAL_LOG_LENGTH),
};

/**
 * The image was booted once, alone, without a network and on a disk that was thrown away. `proven`: something that only
 * runs after the kernel has started user space was seen on the serial console. `not_proven`: it was not, and why.
 */
export const provenBoot = z.object({
  status: z.literal('proven'),
  /** The line that proves it. */
  evidence: z.string().min(1).max(200),
  ...seenOnce,
});
export const unprovenBoot = z.object({
  status: z.literal('not_proven'),
  code: bootFault,
  /** What was seen, in a sentence. */
  seen: z.string().min(1).max(500),
  /** What to do. */
  remedy: z.string().min(1).max(500),
  ...seenOnce,
});
export const bootProof = z.discriminatedUnion('status', [provenBoot, unprovenBoot]);
export type BootProof = z.output<typeof bootProof>;

/** What an image itself says of its newest proof. */
export const bootStatus = z.enum(['proven', 'not_proven']);
export type BootStatus = z.output<typeof bootStatus>;
