import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_CACHE, provideGenisoimage, provideXorriso, runCommand } from '@imago/infra';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BufferSource, CountingSource, FileSource, inspectFile, openDisk } from '../src/index.ts';
import { sampleDisk, smallHybridIso, smallIso } from '../src/testing/index.ts';

const TREE = 'tree';
let directory: string;
let programs: Readonly<Record<'xorriso' | 'genisoimage', string>>;

beforeAll(async () => {
  const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(110_000), report: () => undefined };
  const choice = { cache, forcePrivate: false };
  programs = { xorriso: await provideXorriso(choice), genisoimage: await provideGenisoimage(choice) };
  directory = await mkdtemp(join(tmpdir(), 'iso-images-'));
  await mkdir(path(TREE, 'deep', 'down'), { recursive: true });
  await writeFile(path(TREE, 'boot.img'), Buffer.alloc(8192, 0x90));
  await writeFile(path(TREE, 'deep', 'down', 'A file with a long name.txt'), 'text');
  await writeFile(path(TREE, 'data'), sampleDisk(3, 3 * 2 ** 20));
  await writeFile(path('esp.img'), Buffer.alloc(2 ** 20));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const path = (...names: string[]): string => join(directory, ...names);
const run = (program: keyof typeof programs, ...options: string[]): Promise<string> =>
  runCommand(programs[program], options, { cwd: directory, timeout: 60_000 });
/** As mkisofs is called; both programs know that. */
const make = (program: keyof typeof programs, file: string, options: string): Promise<string> =>
  run(program, ...(program === 'xorriso' ? ['-as', 'mkisofs'] : []), ...options.split(' '), '-o', file, TREE);

const BOOT = '-b boot.img -c boot.cat -no-emul-boot -boot-load-size 4';

describe('an ISO image is accepted after two reads', () => {
  it.each([
    ['plain', 'xorriso', '-V PLAIN'],
    ['without padding', 'xorriso', '-V PLAIN -no-pad'],
    ['with names of Unix and Windows', 'xorriso', '-R -J -joliet-long'],
    ['of 1999', 'xorriso', '-R -iso-level 4'],
    ['that boots', 'xorriso', `-R -J ${BOOT}`],
    ['with a partition', 'xorriso', `-R ${BOOT} --protective-msdos-label -partition_offset 16`],
    ['with a GPT', 'xorriso', `-R ${BOOT} -appended_part_as_gpt -append_partition 2 0xef esp.img`],
    ['of genisoimage', 'genisoimage', `-R -J ${BOOT}`],
    ['with UDF beside it', 'genisoimage', '-udf -J -allow-limited-size'],
    ['with UDF, of genisoimage without padding', 'genisoimage', '-udf -R -no-pad'],
  ] as const)('%s', async (name, program, options) => {
    await make(program, 'made.iso', options);
    const source = await FileSource.open(path('made.iso'));
    try {
      const counted = new CountingSource(source);
      expect(await inspectFile(counted, 'iso')).toMatchObject({ format: 'iso', virtualSize: source.size });
      expect(counted.reads).toBe(2);
    } finally {
      await source.close();
    }
    const half = (await readFile(path('made.iso'))).subarray(0, 2 ** 20);
    await expect(inspectFile(new BufferSource(half), 'iso'), name).rejects.toMatchObject({ code: 'image.truncated' });
  });
});

it('one with partitions is a disk for who says so, and one without is none', async () => {
  await make('xorriso', 'hybrid.iso', `-R ${BOOT} --protective-msdos-label -partition_offset 16`);
  await make('xorriso', 'plain.iso', '-R');
  const hybrid = await readFile(path('hybrid.iso'));
  const { reader } = await openDisk(new BufferSource(hybrid), 'raw');
  expect((await reader.read(0, reader.virtualSize)).equals(hybrid)).toBe(true);
  await expect(openDisk(new BufferSource(await readFile(path('plain.iso'))), 'raw')).rejects.toMatchObject({
    code: 'image.format_mismatch',
  });
});

it.each([
  ['small', smallIso],
  ['small and hybrid', smallHybridIso],
])('the one that is %s is one that xorriso reads', async (_name, iso) => {
  await writeFile(path('small.iso'), iso());
  expect(await run('xorriso', '-indev', 'small.iso', '-find')).toMatch(/hello\.txt/i);
  await run('xorriso', '-indev', 'small.iso', '-osirrox', 'on', '-extract', '/', 'small');
  const found = [];
  for (const name of ['hello.txt', 'HELLO.TXT'])
    found.push(await readFile(path('small', name), 'utf8').catch(() => null));
  expect(found).toContain('a small ISO image\n');
});
