import { randomUUID } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { DiskPrograms, lvmVolume, SampleDisks, type Tree } from '@imago/readiness/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Generalization } from '../src/index.ts';
import { BROKEN } from './broken-tree.ts';
import { generalized } from './generalized.ts';

let programs: DiskPrograms;
let disks: SampleDisks;
let broken: Readonly<Record<'ext2' | 'ext4', string>>;

beforeAll(async () => {
  programs = await DiskPrograms.open();
  disks = new SampleDisks(programs);
  broken = { ext2: await disks.fileSystem('ext2', BROKEN), ext4: await disks.fileSystem('ext4', BROKEN) };
});

afterAll(() => programs.close());

const ID = '/etc/machine-id';
const KEY = '/etc/ssh/ssh_host_rsa_key';

/** What is left, a line for each. */
function told({ left }: Generalization): string[] {
  return left.map(({ code, where }) => `${code} ${where ?? '-'}`);
}

/** A broken disk after commands of debugfs. */
async function damaged(type: 'ext2' | 'ext4', commands: readonly string[]): Promise<Generalization> {
  const disk = programs.path(randomUUID());
  await copyFile(broken[type], disk);
  for (const command of commands) await programs.run('debugfs', ['-w', '-R', command, disk]);
  return generalized(disk);
}

describe('a file system', () => {
  it.each([
    ['whose journal is to be recovered', 'ext4', 'feature needs_recovery', 'needs_recovery'],
    ['that was not unmounted', 'ext2', 'set_super_value state 0', 'not_clean'],
    ['that has files to be erased', 'ext4', 'set_super_value last_orphan 12', 'not_clean'],
    ['with a feature that is not known', 'ext4', 'feature FEATURE_R20', 'unknown_feature'],
    ['whose blocks are used in clusters', 'ext4', 'feature bigalloc', 'unknown_feature'],
    ['with more blocks than it has room for', 'ext2', 'set_super_value blocks_count 99999', 'inconsistent'],
    ['whose structures are in each other', 'ext2', 'set_bg 0 inode_bitmap 3', 'inconsistent'],
  ] as const)('is left as it is %s', async (_what, type, command, code) => {
    const generalization = await damaged(type, [command]);
    expect(generalization).toMatchObject({ patches: [], changes: [] });
    expect(told(generalization)).toContain(`${code} ${ID}`);
  });

  it.each([
    ['inline data', ['-O', 'inline_data', '-I', '256'], 'file_attributes /etc/ssh/ssh_host_ed25519_key'],
    ['quotas', ['-O', 'quota'], 'quota /etc/ssh/ssh_host_rsa_key'],
  ])('is left as it is where it needs %s', async (_what, options, line) => {
    const disk = await disks.fileSystem('ext4', BROKEN, { options });
    expect(told(await generalized(disk))).toContain(line);
  });

  it('is left as it is when it is none of ext', async () => {
    const generalization = await generalized(await disks.fileSystem('xfs', BROKEN));
    expect(generalization).toMatchObject({ patches: [], changes: [] });
    expect(told(generalization)).toContain(`file_system ${ID}`);
  });

  it('is left as it is on a volume that is a part of another one', async () => {
    const disk = await lvmVolume(broken.ext4, 16);
    const bytes = await readFile(disk);
    bytes.write('HIDDEN_', bytes.indexOf('VISIBLE'));
    await writeFile(disk, bytes);
    const generalization = await generalized(disk);
    expect(generalization).toMatchObject({ patches: [], changes: [] });
    expect(told(generalization)).toContain(`shared_place ${ID}`);
  });
});

describe('a file', () => {
  it.each([
    ['with another name', 'ext4', `set_inode_field ${ID} links_count 2`, 'hard_links'],
    ['that is not to be changed', 'ext4', `set_inode_field ${ID} flags 0x80010`, 'file_attributes'],
    ['that was erased', 'ext4', `set_inode_field ${ID} dtime 1`, 'inconsistent'],
    ['whose inode is not in use', 'ext4', `freei ${ID}`, 'inconsistent'],
    ['with a block of the descriptors', 'ext2', `set_inode_field ${KEY} block[0] 1`, 'inconsistent'],
    ['with a block behind the last one', 'ext2', `set_inode_field ${ID} block[0] 16777215`, 'unreadable'],
    ['with fewer blocks than it says', 'ext2', `set_inode_field ${ID} blocks 8`, 'inconsistent'],
    ['in a group that counts wrongly', 'ext2', 'set_bg 0 free_blocks_count 7', 'inconsistent'],
  ] as const)('is left as it is %s', async (_what, type, command, code) => {
    const generalization = await damaged(type, [command]);
    const said = generalization.left.map((each) => each.code);
    expect(said).toContain(code);
    const path = command.includes(KEY) ? KEY : ID;
    expect(generalization.changes.map((each) => each.path)).not.toContain(path);
  });

  it('is left as it is when a block of it is free, or is that of another file', async () => {
    const [first] = (await programs.run('debugfs', ['-R', `blocks ${ID}`, broken.ext2])).split(' ');
    expect(told(await damaged('ext2', [`freeb ${first ?? ''}`]))).toContain(`inconsistent ${ID}`);
    const shared = await damaged('ext2', [`set_inode_field ${KEY} block[0] ${first ?? ''}`]);
    expect(told(shared)).toContain(`inconsistent ${KEY}`);
  });

  it('is left as it is when what it would be does not fit, and the others are changed', async () => {
    const line = '/dev/sda1 / ext4 defaults 0 1\n';
    const fstab = line + '#'.repeat(1024 - line.length);
    const disk = await disks.fileSystem('ext4', { ...BROKEN, 'etc/fstab': fstab }, { options: ['-b', '1024'] });
    const generalization = await generalized(await disks.biosDisk(disk, 16));
    expect(told(generalization)).toEqual(['does_not_fit /etc/fstab']);
    expect(generalization.changes).toHaveLength(7);
  });
});

/** What is changed of the tree, and what is then left. */
const OTHERS: readonly (readonly [string, Tree, string])[] = [
  ['nothing makes keys', { 'etc/cloud/cloud.cfg': 'users: [default]\n' }, 'no_key_maker /etc/ssh'],
  ['cloud-init keeps keys', { 'etc/cloud/cloud.cfg.d/90.cfg': 'ssh_deletekeys: false\n' }, 'no_key_maker /etc/ssh'],
  ['nothing asks DHCP', { 'usr/sbin/dhclient': null }, 'no_dhcp_client /etc/network/interfaces'],
  [
    'netplan has the address',
    { 'etc/netplan/1.yaml': 'network:\n  ethernets:\n    eth0:\n      addresses: [10.0.0.2/24]\n' },
    'not_safe /etc/netplan/1.yaml',
  ],
  ['the id is none', { 'etc/machine-id': 'root:x:0:0\n' }, `not_safe ${ID}`],
  ['cloud-init is switched off', { 'etc/cloud/cloud-init.disabled': '' }, 'by_hand /etc/cloud/cloud-init.disabled'],
  [
    'cloud-init remembers the machine',
    { 'var/lib/cloud/instance': '-> instances/a', 'var/lib/cloud/instances/a/user-data.txt': 'a' },
    'by_cloud_init /var/lib/cloud/instance',
  ],
  ['a mount is of another disk', { 'etc/fstab': '/dev/sdb1 /data ext4 defaults 0 2\n' }, 'not_certain /etc/fstab:1'],
];

describe('a point', () => {
  it.each(OTHERS)('is told of where %s', async (_what, change, line) => {
    expect(told(await generalized(await disks.fileSystem('ext4', { ...BROKEN, ...change })))).toContain(line);
  });

  it('is told of when more would change than is allowed, or more be read', async () => {
    const changed = await generalized(broken.ext4, { mostPatched: 40_000 });
    expect(told(changed)).toContain('too_much /etc/udev/rules.d/70-persistent-net.rules');
    expect(changed.patches.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(40_000);
    expect(changed.changes.map(({ path }) => path)).toContain(ID);
    const read = await generalized(broken.ext4, { limits: { steps: 500 } });
    expect(read.left.map(({ code }) => code)).toContain('unreadable');
  });
});
