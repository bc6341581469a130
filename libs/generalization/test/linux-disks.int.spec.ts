import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { DEBIAN, DiskPrograms, examined, lvmVolume, ROOT_UUID, SampleDisks } from '@imago/readiness/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROKEN, MENDED, SECRET } from './broken-tree.ts';
import type { Generalization } from '../src/index.ts';
import { extracted, generalized, hashOf, NOW, patched } from './generalized.ts';

let programs: DiskPrograms;
let disks: SampleDisks;

beforeAll(async () => {
  programs = await DiskPrograms.open();
  disks = new SampleDisks(programs);
});

afterAll(() => programs.close());

const OTHER_UUID = '11111111-2222-3333-4444-555555555555';
const MENDED_POINTS = ['dhcp', 'persistent_net_rules', 'machine_id', 'ssh_host_keys'];

/** Ways in which a file system is made, each with its own checksums, maps of blocks or places of descriptors. */
const KINDS = [
  ['ext2', ['-b', '1024']],
  ['ext2', ['-b', '4096']],
  ['ext3', ['-b', '1024', '-I', '128']],
  ['ext4', ['-b', '1024']],
  ['ext4', ['-b', '4096']],
  ['ext4', ['-b', '2048', '-I', '128']],
  ['ext4', ['-O', '^metadata_csum,uninit_bg']],
  ['ext4', ['-O', '^metadata_csum,uninit_bg,64bit']],
  ['ext4', ['-O', 'metadata_csum,^64bit', '-b', '1024', '-g', '1024']],
  ['ext4', ['-O', 'metadata_csum,metadata_csum_seed,orphan_file,64bit']],
  ['ext4', ['-O', 'meta_bg,^resize_inode,metadata_csum', '-b', '1024', '-g', '256']],
  ['ext4', ['-O', '^extents,^64bit']],
] as const;

/** Lays the patches over a copy, and holds everything against what is promised. */
async function mended(disk: string): Promise<{ file: string; fstab: string; generalization: Generalization }> {
  const [before, source] = [await hashOf(disk), await extracted(disk)];
  const generalization = await generalized(disk);
  expect(await hashOf(disk)).toBe(before);
  const copy = await patched(disk, generalization);
  const { file, contents } = await extracted(copy);
  await programs.run('e2fsck', ['-f', '-n', file]);
  for (const [path, content] of source.contents) {
    if (path === '/etc/fstab') continue;
    expect({ path, content: contents.get(path) }).toEqual({ path, content: MENDED[path] ?? content });
  }
  expect(contents.size).toBe(source.contents.size);
  expect((await readFile(copy)).includes(SECRET)).toBe(false);
  const { points } = await examined(copy);
  for (const point of MENDED_POINTS) expect(points).toContainEqual(expect.objectContaining({ point, status: 'ok' }));
  const changed = new Set<string>(generalization.changes.map(({ point }) => point));
  for (const point of MENDED_POINTS) expect(changed).toContain(point);
  expect(JSON.stringify([generalization.changes, generalization.left])).not.toContain(SECRET);
  expect(await generalized(copy)).toMatchObject({ patches: [], changes: [] });
  return { file, fstab: contents.get('/etc/fstab') ?? '', generalization };
}

describe('a file system of Linux with everything wrong', () => {
  it.each(KINDS)('is made fit for many servers on %s %j', async (type, options) => {
    const disk = await disks.fileSystem(type, BROKEN, { options });
    // The checksums still begin with the first one.
    if (options.some((option) => option.includes('metadata_csum_seed')))
      await programs.run('debugfs', ['-w', '-R', `set_super_value uuid ${OTHER_UUID}`, disk]);
    // Where inodes are small, it has a block.
    await programs.run('debugfs', ['-w', '-R', 'ea_set /etc/machine-id user.made by-hand', disk]);
    const { file } = await mended(disk);
    expect(await programs.run('debugfs', ['-R', 'cat /etc/machine-id', file])).toBe('');
    const said = await programs.run('debugfs', ['-R', 'stat /etc/machine-id', file]);
    expect(said).toContain(`mtime: 0x${(NOW.getTime() / 1000).toString(16)}`);
  });
});

describe('a disk of Linux with everything wrong', () => {
  const ROOT = `UUID=${ROOT_UUID}\t/ ext4 errors=remount-ro 0 1`;

  it('is mounted by what its file systems are, on the partitions of a GPT', async () => {
    const swap = programs.path(`${randomUUID()}.swap`);
    await writeFile(swap, swapOf(OTHER_UUID));
    const disk = await disks.disk('gpt', [
      { file: await disks.fileSystem('ext4', BROKEN), sizeMib: 16, type: 'linux' },
      { file: swap, sizeMib: 2, type: 'swap' },
    ]);
    const { fstab, generalization } = await mended(disk);
    expect(fstab).toBe(`# <file system>\n${ROOT}\nUUID=${OTHER_UUID} none  swap sw 0 0\n`);
    expect(generalization.left).toEqual([]);
    expect(generalization.changes).toContainEqual({
      point: 'fstab',
      path: '/etc/fstab',
      was: 'line 2: /dev/sda1',
      now: `UUID=${ROOT_UUID}`,
    });
  });

  it('is changed on a logical volume, wherever its pieces are, and nothing else of the disk', async () => {
    const disk = await disks.biosDisk(await lvmVolume(await disks.fileSystem('ext4', BROKEN), 16), 18);
    const { generalization, fstab } = await mended(disk);
    // The root is no partition: which disk is `sda` is not known.
    expect(fstab).toBe(BROKEN['etc/fstab']);
    expect(generalization.left.map(({ code, where }) => [code, where])).toEqual([
      ['not_certain', '/etc/fstab:2'],
      ['not_certain', '/etc/fstab:3'],
    ]);
    for (const { offset, bytes } of generalization.patches) {
      expect(offset).toBeGreaterThanOrEqual(2 * 2 ** 20);
      expect(offset + bytes.length).toBeLessThanOrEqual(18 * 2 ** 20);
    }
  });

  it('is changed in a logical partition, and on each of its file systems', async () => {
    const inRoot = Object.fromEntries(Object.entries(BROKEN).filter(([path]) => !path.startsWith('var/')));
    const fstab = `UUID=${OTHER_UUID} /var ext3 defaults 0 2\n`;
    const root = await disks.fileSystem('ext4', { ...inRoot, 'etc/fstab': fstab, 'var/empty': '' });
    const id = { 'lib/dbus/machine-id': BROKEN['var/lib/dbus/machine-id'] ?? '' };
    const other = await disks.fileSystem('ext3', id, { options: ['-U', OTHER_UUID] });
    const disk = await disks.disk('dos', [
      { file: root, sizeMib: 16, type: '83' },
      { file: other, sizeMib: 16, type: '83' },
    ]);
    const { changes } = (await mended(disk)).generalization;
    expect(changes).toContainEqual(expect.objectContaining({ path: '/var/lib/dbus/machine-id' }));
    expect(changes.every(({ point }) => point !== 'fstab')).toBe(true);
    const { file } = await mended(await disks.extendedDisk(root, 16));
    expect(await programs.run('debugfs', ['-R', 'cat /etc/machine-id', file])).toBe('');
  });
});

it('is left as it is where nothing is wrong', async () => {
  const disk = await disks.biosDisk(await disks.fileSystem('ext4', DEBIAN), 16);
  expect(await generalized(disk)).toMatchObject({ patches: [], changes: [], left: [] });
});

function swapOf(uuid: string): Buffer {
  const swap = Buffer.alloc(2 ** 20);
  swap.write('SWAPSPACE2', 4086, 'latin1');
  Buffer.from(uuid.replaceAll('-', ''), 'hex').copy(swap, 0x40c);
  return swap;
}
