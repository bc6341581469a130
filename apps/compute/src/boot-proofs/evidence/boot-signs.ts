import type { BootFault } from '@imago/contracts';

/** Nobody ends the line of a prompt. */
const LOGIN = /^\S.{0,100} login:$/;
const LOADER_PROMPT = /^grub(?: rescue)?>/;
const EMERGENCY_PROMPT = /^(?:\(initramfs\)|dracut:\S*#)/;

/** What is heeded before its line has ended; anything else may go on. */
export const PROMPTS: readonly RegExp[] = [LOGIN, LOADER_PROMPT, EMERGENCY_PROMPT];

/**
 * Lines that only user space writes, and only when the system has come up. An initramfs is user space too, and knows
 * targets and greetings of its own: those that it shares with the system prove nothing.
 */
export const PROOFS: readonly RegExp[] = [
  LOGIN,
  /^Please press Enter to activate this console\./,
  /Reached target \S*(?: - )?(?:Multi-User System|Graphical Interface|Login Prompts|Cloud-init target|Cloud-config availability|Network is Online)\b/i,
  /Reached target (?:multi-user|graphical|getty|cloud-init|cloud-config|network-online)\.target\b/,
  /systemd\[1\]: Startup finished in /,
  /\bCloud-init v\. \S+ (?:running '|finished at )/,
  /^INIT: Entering runlevel: [2-5]/,
  /\bprocd: - init complete -/,
  /^SAC>/,
  // The guest of the demo image has no more of a system than a script that says so.
  /^IMAGO DEMO boot \d+$/,
];

/** Lines with which a system's own init begins: it came up, unless it says something else soon after. */
export const BEGINNINGS: readonly RegExp[] = [
  /^Welcome to (?!GRUB|.*\binitramfs\b).{1,100}!$/i,
  /^INIT: version \S+ booting/,
  /\bOpenRC \S+ is starting up\b/,
];

/** Lines after which nothing more is to be expected, and what they mean. The first that fits counts. */
export const FAULTS: readonly { readonly code: BootFault; readonly pattern: RegExp }[] = [
  { code: 'no_bootable_device', pattern: /^No bootable device\./ },
  { code: 'no_bootable_device', pattern: /^BdsDxe: No bootable option or device was found/ },
  { code: 'no_bootable_device', pattern: /^UEFI Interactive Shell v/ },
  {
    code: 'no_bootable_device',
    pattern: /^(?:Missing operating system|Operating system not found|No operating system)/i,
  },
  { code: 'boot_loader_stopped', pattern: LOADER_PROMPT },
  { code: 'boot_loader_stopped', pattern: /^Entering rescue mode\.\.\./ },
  { code: 'boot_loader_stopped', pattern: /Minimal BASH-like line editing is supported/ },
  { code: 'boot_loader_stopped', pattern: /^(?:Error loading operating system|GRUB (?:Read|Hard Disk|Geom) Error)/ },
  {
    code: 'boot_loader_stopped',
    pattern: /^(?:BOOTMGR is (?:missing|compressed)|NTLDR is missing|An operating system wasn't found)/,
  },
  { code: 'boot_loader_stopped', pattern: /^(?:ISOLINUX|SYSLINUX) .*(?:failed|error)/i },
  { code: 'root_file_system_missing', pattern: /VFS: (?:Unable to mount root fs|Cannot open root device)/ },
  { code: 'root_file_system_missing', pattern: /^ALERT! {1,2}\S+ does not exist\. {1,2}Dropping to a shell!/ },
  { code: 'root_file_system_missing', pattern: /^Gave up waiting for root (?:file system )?device/ },
  { code: 'root_file_system_missing', pattern: /dracut-initqueue\S*: Warning: Could not boot/ },
  { code: 'root_file_system_missing', pattern: /dracut: FATAL: /i },
  { code: 'root_file_system_missing', pattern: /Timed out waiting for device \/dev\/\S*(?:root|uuid|label|mapper)/i },
  { code: 'kernel_panic', pattern: /Kernel panic - not syncing/ },
  { code: 'emergency_shell', pattern: /^You are in (?:emergency|rescue) mode/ },
  { code: 'emergency_shell', pattern: /^(?:Press Enter for maintenance|Give root password for maintenance)/ },
  { code: 'emergency_shell', pattern: /^Entering emergency mode/ },
  { code: 'emergency_shell', pattern: EMERGENCY_PROMPT },
];

/** The kernel speaks. */
export const KERNEL = /\bLinux version \d|^\[ *\d+\.\d{6}\] /;

/** A firmware begins, once more each time the machine is reset. */
export const FIRMWARE = /^(?:SeaBIOS \(version |UEFI firmware \(version |BdsDxe: loading Boot)/;
