import { CLOUD_MODULES, DHCP_SCRIPT, NETWORK_START } from './guest-network.ts';

/** The file system's UUID: how boot loader and kernel find it, whatever the disk is called. */
export const ROOT_UUID = '8f1c9d60-2f5b-4c57-9a33-6d0d1a4e7b10';

/** Begins the line the guest writes to its serial port once it is up: `IMAGO DEMO boot 3`. */
export const BOOT_MARKER = 'IMAGO DEMO boot';

/** Kernel modules needed to see the disk, each after those it needs. */
export const DISK_MODULES = [
  'virtio_ring',
  'virtio',
  'virtio_pci_legacy_dev',
  'virtio_pci_modern_dev',
  'virtio_pci',
  'virtio_blk',
] as const;

/** Kernel modules needed to notice the power button. */
const BUTTON_MODULES = ['button', 'evdev'] as const;

/** Everything that is loaded inside the guest. */
export const GUEST_MODULES = [...DISK_MODULES, ...BUTTON_MODULES, ...CLOUD_MODULES] as const;

/**
 * The first program the kernel runs: it finds the disk and hands over to it. The shell of busybox runs its other
 * commands through /proc, so those before and after that is there need the whole path.
 */
export const FIRST_INIT = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev
for module in ${DISK_MODULES.join(' ')}; do insmod /modules/$module.ko; done
tries=0
until disk=$(findfs UUID=${ROOT_UUID} 2>/dev/null); do
  tries=$((tries + 1))
  if [ $tries = 200 ]; then echo 'The disk of this image was not found.'; exec sh; fi
  usleep 25000
done
mount -t ext4 "$disk" /root
mount --move /dev /root/dev
mount --move /proc /root/proc
exec /bin/busybox switch_root /root /sbin/init
`;

const START = `#!/bin/busybox sh
export PATH=/bin:/sbin
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
hostname -F /etc/hostname
for module in ${BUTTON_MODULES.join(' ')}; do insmod /lib/modules/$module.ko; done
acpid -l /run/acpid.log -p /run/acpid.pid
boots=$(($(cat /var/lib/boots) + 1))
echo $boots > /var/lib/boots
sync
echo "${BOOT_MARKER} $boots"
`;

const INITTAB = `::sysinit:/etc/start
::once:/etc/network
ttyS0::respawn:-/bin/sh
::ctrlaltdel:/bin/busybox reboot
::shutdown:/bin/busybox umount -a -r
`;

/** By the 16-bit protocol: where the processor is emulated the other one takes a third of the whole boot. */
const GRUB = `serial --unit=0 --speed=115200
terminal_output serial
set timeout=0
linux16 /boot/vmlinuz root=UUID=${ROOT_UUID} console=ttyS0,115200 quiet panic=5
initrd16 /boot/initrd
boot
`;

const OS_RELEASE = `NAME="Imago Demo Linux"
ID=imago-demo
VERSION_ID="1"
PRETTY_NAME="Imago Demo Linux 1"
`;

/** A file of the guest whose content is text. */
export interface GuestText {
  readonly path: string;
  readonly text: string;
  readonly executable?: boolean;
}

export const GUEST_TEXTS: readonly GuestText[] = [
  { path: '/boot/grub/grub.cfg', text: GRUB },
  { path: '/etc/acpi/PWRF/00000080', text: '#!/bin/sh\nexec /bin/busybox poweroff\n', executable: true },
  { path: '/etc/dhcp', text: DHCP_SCRIPT, executable: true },
  { path: '/etc/fstab', text: `UUID=${ROOT_UUID} / ext4 defaults 0 1\n` },
  { path: '/etc/hostname', text: 'imago-demo\n' },
  { path: '/etc/inittab', text: INITTAB },
  { path: '/etc/network', text: NETWORK_START, executable: true },
  { path: '/etc/os-release', text: OS_RELEASE },
  { path: '/etc/passwd', text: 'root::0:0:root:/root:/bin/sh\n' },
  { path: '/etc/start', text: START, executable: true },
  { path: '/var/lib/boots', text: '0\n' },
];

/** Directories, each after its parent. */
export const GUEST_DIRECTORIES = [
  '/bin',
  '/boot',
  '/boot/grub',
  '/dev',
  '/etc',
  '/etc/acpi',
  '/etc/acpi/PWRF',
  '/lib',
  '/lib/modules',
  '/mnt',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/tmp',
  '/var',
  '/var/lib',
] as const;

/** Links of the guest: path, target. The shell of busybox finds its other commands by itself. */
export const GUEST_LINKS = [
  ['/bin/sh', 'busybox'],
  ['/sbin/init', '/bin/busybox'],
] as const;
