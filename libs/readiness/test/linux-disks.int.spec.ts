import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examined, faults } from '../src/testing/examined.ts';
import { DiskPrograms } from '../src/testing/programs.ts';
import { lvmVolume } from '../src/testing/sample-lvm.ts';
import { SampleDisks, smallestOf, writeBootCode } from '../src/testing/sample-disks.ts';
import { DEBIAN, elf, KERNEL, manyFiles, ROOT_UUID, type Tree } from '../src/testing/sample-tree.ts';

let programs: DiskPrograms;
let disks: SampleDisks;

beforeAll(async () => {
  programs = await DiskPrograms.open();
  disks = new SampleDisks(programs);
});

afterAll(() => programs.close());

const VIRTIO = `usr/lib/modules/${KERNEL}/kernel/drivers/block/virtio_blk.ko.xz`;
/** Without cloud-init, which configures the network. */
const BARE: Tree = { 'usr/bin/cloud-init': null, 'etc/cloud/cloud.cfg': null };

const KINDS = [
  ['ext2', []],
  ['ext3', []],
  ['ext4', []],
  ['ext4', ['-b', '1024', '-O', 'inline_data,meta_bg,^resize_inode', '-I', '256']],
  ['ext4', ['-O', '^extents,^64bit']],
  ['xfs', []],
  ['xfs', ['-m', 'crc=0,finobt=0,rmapbt=0,reflink=0,bigtime=0,inobtcount=0', '-i', 'nrext64=0']],
  ['btrfs', []],
] as const;

describe('a disk of Linux with nothing wrong', () => {
  it.each(KINDS)('is ok on %s %j', async (type, options) => {
    const tree = { ...DEBIAN, ...manyFiles('usr/lib', 700) };
    const file = await disks.fileSystem(type, tree, { options });
    const report = await examined(await disks.biosDisk(file, smallestOf(type)));
    expect(faults(report)).toEqual([]);
    expect(report).toMatchObject({
      status: 'ok',
      partition_table: 'mbr',
      operating_system: { os_type: 'linux', os_distro: 'debian', os_version: '12', architecture: 'x86_64' },
      file_systems: [{ where: 'partition 1', type, uuid: ROOT_UUID }],
    });
  });
});

/** What is changed of the tree, and what the report then says of it. */
const BROKEN: readonly (readonly [string, Tree, RegExp])[] = [
  [
    'another system',
    { 'usr/lib/os-release': 'ID=ubuntu\nVERSION_ID="22.04"\nPRETTY_NAME="Ubuntu"\n' },
    /^operating_system problem \/etc\/os-release: It is Ubuntu, and debian 12/,
  ],
  ['another version', { 'usr/lib/os-release': 'ID=debian\nVERSION_ID="11"\n' }, /^operating_system problem/],
  ['programs for other processors', { 'usr/bin/dash': elf(183) }, /^architecture problem \/bin\/sh: .*aarch64/],
  [
    'a fixed address',
    { ...BARE, 'etc/network/interfaces': 'auto eth0\niface eth0 inet static\n' },
    /^dhcp problem \/etc\/network\/interfaces:2/,
  ],
  [
    'a fixed address of netplan',
    { ...BARE, 'etc/netplan/1.yaml': 'network:\n  ethernets:\n    eth0:\n      addresses:\n        - 10.0.0.2/24\n' },
    /^dhcp problem \/etc\/netplan\/1\.yaml:4/,
  ],
  [
    'a fixed address of NetworkManager',
    { ...BARE, 'etc/NetworkManager/system-connections/a.nmconnection': '[ipv4]\nmethod=manual\n' },
    /^dhcp problem .*:2/,
  ],
  [
    'a fixed address of ifcfg',
    { ...BARE, 'etc/sysconfig/network-scripts/ifcfg-eth0': 'BOOTPROTO=none\nIPADDR=10.0.0.2\n' },
    /^dhcp problem .*ifcfg-eth0:2/,
  ],
  ['no network', BARE, /^dhcp warning/],
  [
    'names bound to cards',
    { 'etc/udev/rules.d/70-persistent-net.rules': '# made\nSUBSYSTEM=="net", NAME="eth0"\n' },
    /^persistent_net_rules warning .*rules:2/,
  ],
  [
    'a card bound to its address',
    { 'etc/sysconfig/network-scripts/ifcfg-eth0': 'BOOTPROTO=dhcp\nHWADDR=52:54:00:00:00:01\n' },
    /^persistent_net_rules warning .*ifcfg-eth0:2/,
  ],
  ['no cloud-init', BARE, /^initialisation warning/],
  [
    'cloud-init switched off',
    { 'etc/cloud/cloud-init.disabled': '' },
    /^initialisation warning \/etc\/cloud\/cloud-init\.disabled/,
  ],
  [
    'a mount by the name of a disk',
    { 'etc/fstab': '# disks\n/dev/sda1 / ext4 defaults 0 1\n' },
    /^fstab warning \/etc\/fstab:2/,
  ],
  [
    'a mount of another disk',
    { 'etc/fstab': 'UUID=00000000-1111-2222-3333-444444444444 /data ext4 defaults 0 2\n' },
    /^fstab problem \/etc\/fstab:1/,
  ],
  [
    'a kernel without virtio',
    { [VIRTIO]: null, [`usr/lib/modules/${KERNEL}/kernel/drivers/block/nbd.ko.xz`]: '' },
    /^virtio problem/,
  ],
  [
    'an id of the machine',
    { 'etc/machine-id': '0123456789abcdef0123456789abcdef\n' },
    /^machine_id warning \/etc\/machine-id:1/,
  ],
  ['keys of the machine', { 'etc/ssh/ssh_host_rsa_key': 'key' }, /^ssh_host_keys warning \/etc\/ssh\/ssh_host_rsa_key/],
  [
    'links in a circle',
    { 'etc/os-release': '-> loop', 'etc/loop': '-> os-release' },
    /^operating_system unknown \/etc\/os-release: .*Links lead/,
  ],
];

it('may have the modules of its only kernel beside each other', async () => {
  const modules = { [VIRTIO]: null, 'usr/lib/modules/virtio_blk.ko': 'module', 'usr/lib/modules/evdev.ko': 'module' };
  const report = await examined(await disks.biosDisk(await disks.fileSystem('ext4', { ...DEBIAN, ...modules }), 16));
  expect(faults(report)).toEqual([]);
});

describe('a disk of Linux with something wrong', () => {
  it.each(BROKEN)('is told of %s', async (_what, change, said) => {
    const file = await disks.fileSystem('ext4', { ...DEBIAN, ...change });
    expect(faults(await examined(await disks.biosDisk(file, 16)))).toContainEqual(expect.stringMatching(said));
  });

  it('is told that nothing starts it, and that it starts in another way', async () => {
    const file = await disks.fileSystem('ext4', DEBIAN);
    const bare = await disks.disk('dos', [{ file, sizeMib: 16, type: '83' }]);
    expect(faults(await examined(bare))).toEqual([expect.stringMatching(/^boot_mode problem/)]);
    const started = await disks.biosDisk(file, 16);
    expect(faults(await examined(started, { boot_mode: 'uefi' }))).toEqual([
      expect.stringMatching(/^boot_mode problem/),
    ]);
  });
});

describe('a disk that UEFI starts', () => {
  const LOADER = { 'EFI/BOOT/BOOTX64.EFI': 'MZ' };

  it.each([
    ['fat12', ['-F', '12'], 4],
    ['fat16', ['-F', '16'], 16],
    ['fat32', ['-F', '32', '-s', '1'], 40],
  ] as const)('is ok with a loader on %s', async (type, options, sizeMib) => {
    const root = await disks.fileSystem('ext4', DEBIAN);
    const loader = await disks.fileSystem('vfat', LOADER, { options, sizeMib });
    const disk = await disks.disk('gpt', [
      { file: loader, sizeMib, type: 'uefi' },
      { file: root, sizeMib: 16, type: 'linux' },
    ]);
    const report = await examined(disk, { boot_mode: 'uefi' });
    expect(faults(report)).toEqual([]);
    expect(report).toMatchObject({ partition_table: 'gpt', file_systems: [{ type }, { type: 'ext4' }] });
    expect(faults(await examined(disk))).toEqual([expect.stringMatching(/^boot_mode warning/)]);
  });

  it('needs the loader where a new server looks', async () => {
    const loader = await disks.fileSystem('vfat', { 'EFI/debian/grubx64.efi': 'MZ' });
    const disk = await disks.disk('gpt', [{ file: loader, sizeMib: 16, type: 'uefi' }]);
    const report = await examined(disk, { boot_mode: 'uefi' });
    expect(faults(report)).toContainEqual(expect.stringMatching(/^boot_mode problem partition 1: .*none where/));
  });
});

describe('a system on several volumes', () => {
  it('is looked at as it mounts them', async () => {
    const usr = '11111111-2222-3333-4444-555555555555';
    const inUsr = Object.entries(DEBIAN).filter(([path]) => path.startsWith('usr/'));
    const outside = Object.entries(DEBIAN).filter(([path]) => !path.startsWith('usr/'));
    const fstab = `UUID=${ROOT_UUID} / ext4 defaults 0 1\nUUID=${usr} /usr ext4 defaults 0 2\n`;
    const root = await disks.fileSystem('ext4', {
      ...Object.fromEntries(outside),
      'etc/fstab': fstab,
      'usr/empty': '',
    });
    const below = Object.fromEntries(inUsr.map(([path, content]) => [path.slice('usr/'.length), content]));
    const other = await disks.fileSystem('ext4', below, { options: ['-U', usr] });
    const disk = await disks.disk('dos', [
      { file: root, sizeMib: 16, type: '83', bootable: true },
      { file: other, sizeMib: 16, type: '83' },
    ]);
    await writeBootCode(disk);
    expect(faults(await examined(disk))).toEqual([]);
  });

  it('is found on a logical volume', async () => {
    const fstab = '/dev/mapper/vg-root / ext4 defaults 0 1\n';
    const file = await lvmVolume(await disks.fileSystem('ext4', { ...DEBIAN, 'etc/fstab': fstab }), 16);
    const report = await examined(await disks.biosDisk(file, 18));
    expect(faults(report)).toEqual([expect.stringMatching(/^file_systems unknown volume vg\/elsewhere: .*thin/)]);
    expect(report.file_systems).toMatchObject([{ type: 'lvm' }, { where: 'volume vg/root', type: 'ext4' }]);
    expect(report.operating_system).toMatchObject({ os_distro: 'debian' });
  });

  it('is found in a logical partition', async () => {
    const file = await disks.fileSystem('ext4', DEBIAN);
    const disk = await disks.extendedDisk(file, 16);
    const report = await examined(disk);
    expect(faults(report)).toEqual([]);
    expect(report.file_systems).toMatchObject([{ where: 'partition 5', type: 'ext4' }]);
  });
});
