import { readFile } from 'node:fs/promises';
import { DiskPrograms, examined, faults, lvmVolume, ROOT_UUID, SampleDisks } from '@imago/readiness/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROKEN, MENDED, SECRET } from './broken-tree.ts';
import { extracted, generalized, hashOf, patched } from './generalized.ts';

let programs: DiskPrograms;
let disks: SampleDisks;

beforeAll(async () => {
  programs = await DiskPrograms.open();
  disks = new SampleDisks(programs);
});

afterAll(() => programs.close());

const MENDED_POINTS = ['dhcp', 'persistent_net_rules', 'machine_id', 'ssh_host_keys'];

/** Ways in which a file system is made, each with its own checksums, maps of blocks or places of descriptors. */
const KINDS = [
  ['ext2', []],
  ['ext2', ['-b', '1024']],
  ['ext3', []],
  ['ext3', ['-b', '1024', '-I', '128']],
  ['ext4', []],
  ['ext4', ['-b', '1024']],
  ['ext4', ['-b', '2048', '-I', '128']],
  ['ext4', ['-O', '^metadata_csum,uninit_bg']],
  ['ext4', ['-O', '^metadata_csum,uninit_bg,64bit']],
  ['ext4', ['-O', '^metadata_csum,^uninit_bg,^64bit']],
  ['ext4', ['-O', 'metadata_csum,^64bit', '-b', '1024', '-g', '1024']],
  ['ext4', ['-O', 'metadata_csum,metadata_csum_seed,64bit']],
  ['ext4', ['-O', 'meta_bg,^resize_inode,metadata_csum', '-b', '1024', '-g', '256']],
  ['ext4', ['-O', '^extents,^64bit']],
  ['ext4', ['-O', '^has_journal,inline_data', '-I', '256', '-b', '1024']],
] as const;

/** Lays the patches over a copy, and holds everything against what is promised. */
async function mended(disk: string): Promise<string> {
  const [before, source] = [await hashOf(disk), await extracted(disk)];
  const generalization = await generalized(disk);
  expect(await hashOf(disk)).toBe(before);
  const copy = await patched(disk, generalization);
  const result = await extracted(copy);
  await programs.run('e2fsck', ['-f', '-n', result.file]);
  for (const [path, content] of source.contents) {
    if (path === '/etc/fstab') continue;
    expect({ path, content: result.contents.get(path) }).toEqual({ path, content: MENDED[path] ?? content });
  }
  expect(result.contents.size).toBe(source.contents.size);
  expect((await readFile(copy)).includes(SECRET)).toBe(false);
  const { points } = await examined(copy);
  for (const point of MENDED_POINTS) expect(points).toContainEqual(expect.objectContaining({ point, status: 'ok' }));
  expect(new Set(generalization.changes.map(({ point }) => point))).toEqual(new Set([...MENDED_POINTS, 'fstab']));
  expect(JSON.stringify([generalization.changes, generalization.left])).not.toContain(SECRET);
  expect(await generalized(copy)).toMatchObject({ patches: [], changes: [] });
  return result.file;
}

describe('a disk of Linux with everything wrong', () => {
  it.each(KINDS)('is made fit for many servers on %s %j', async (type, options) => {
    const file = await disks.fileSystem(type, BROKEN, { options });
    if (options.some((option) => option.includes('metadata_csum_seed')))
      await programs.run('debugfs', ['-w', '-R', 'set_super_value uuid 11111111-2222-3333-4444-555555555555', file]);
    await programs.run('e2fsck', ['-f', '-n', file]);
    const result = await mended(await disks.biosDisk(file, 16));
    expect(await programs.run('debugfs', ['-R', 'cat /etc/machine-id', result])).toBe('uninitialized\n');
    expect(await programs.run('debugfs', ['-R', 'stat /etc/machine-id', result])).toMatch(/mtime: .*6\d{7}/);
  });
});
