import type { BootFault, BootProof } from '@imago/contracts';
import type { SerialEvidence } from './serial-evidence.ts';

/** How it stands with the machine at a look. */
export interface BootMoment {
  /** Since the machine's first instruction. */
  readonly seconds: number;
  /** Why the machine is off; null while it runs. */
  readonly ended: 'guest' | 'crashed' | null;
  /** Seconds after which nothing more is waited for. */
  readonly patience: number;
  /** Seconds since the beginning was heard, or the fault that came after it; null when there is none. */
  readonly settled: number | null;
}

/** Seconds after the beginning of a system's init in which it may still say that it cannot go on. */
export const BEGINNING_SECONDS = 20;
/** Seconds after a fault in which its last words are still read. */
export const FAULT_SECONDS = 1;

export type BootVerdict =
  | { readonly status: 'proven'; readonly evidence: string }
  | Pick<Extract<BootProof, { status: 'not_proven' }>, 'status' | 'code' | 'seen' | 'remedy'>;

/** What is to be said of a boot at this moment; null: it is too early. */
export function judgeBoot(said: Readonly<SerialEvidence>, moment: BootMoment): BootVerdict | null {
  const { seconds, ended, patience, settled } = moment;
  if (said.proof !== null) return { status: 'proven', evidence: said.proof };
  const isOver = ended !== null || seconds >= patience;
  if (said.fault !== null) {
    if (!isOver && (settled ?? 0) < FAULT_SECONDS) return null;
    return notProven(said.fault.code, `The serial console said: ${said.fault.line}`);
  }
  if (ended !== null) return notProven(...ofEnd(ended, seconds));
  if (said.beginning !== null && (isOver || (settled ?? 0) >= BEGINNING_SECONDS)) {
    return { status: 'proven', evidence: said.beginning };
  }
  return isOver ? notProven(...ofSilence(said, patience)) : null;
}

function ofEnd(ended: 'guest' | 'crashed', seconds: number): [BootFault, string] {
  const after = `after ${seconds.toFixed(0)} s, before anything showed that the system was up`;
  return ended === 'guest'
    ? ['guest_stopped', `The guest switched itself off ${after}.`]
    : ['machine_ended', `The virtual machine ended unasked ${after}.`];
}

function ofSilence({ hasKernel, starts }: Readonly<SerialEvidence>, patience: number): [BootFault, string] {
  const again = starts > 1 ? ` The machine started over ${starts - 1} times.` : '';
  return hasKernel
    ? ['no_user_space', `The kernel spoke, and nothing of the system after it within ${patience} s.${again}`]
    : ['silent', `There was nothing on the serial console beyond the firmware within ${patience} s.${again}`];
}

const ON_SERIAL = 'Add console=ttyS0 to the command line of its kernel, or enable a login on ttyS0,';

const REMEDIES: Readonly<Record<BootFault, string>> = {
  no_bootable_device:
    'Install a boot loader on the disk, or set hw_firmware_type to the firmware it was installed for, and import it again.',
  boot_loader_stopped: 'Install the boot loader again: what it was to load is not where it looks.',
  root_file_system_missing:
    'Name the root file system by UUID, and have the drivers of virtio disks (virtio_blk, virtio_pci) in the initramfs.',
  kernel_panic: 'Look at the end of the log for what the kernel could not do without.',
  emergency_shell:
    'Look at the end of the log for the unit or file system that failed; often it is a line of /etc/fstab.',
  guest_stopped: 'Boot a server of the image and look at its console; an image must not switch itself off.',
  machine_ended: 'Try again; when it happens again, ask the operator, who finds the reason in the log of the host.',
  no_user_space: `${ON_SERIAL} or boot a server of the image and look at its screen.`,
  silent: `${ON_SERIAL} so that it can be heard: it may boot all the same.`,
};

function notProven(code: BootFault, seen: string): BootVerdict {
  return { status: 'not_proven', code, seen, remedy: REMEDIES[code] };
}
