import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '@imago/infra';
import { type ArchiveEntry, cpioArchive, DIRECTORY, FILE } from './cpio.ts';
import { type FileSystemFile, makeExt4 } from './ext4.ts';
import {
  DISK_MODULES,
  FIRST_INIT,
  GUEST_DIRECTORIES,
  GUEST_LINKS,
  GUEST_MODULES,
  GUEST_TEXTS,
  ROOT_UUID,
} from './guest.ts';
import { masterBootRecord, type Partition, SECTOR } from './master-boot-record.ts';
import type { Ingredients } from './packages.ts';

const MIB = 1 << 20;
const DISK_BYTES = 32 * MIB;
const DISK_ID = 0x1a_60_de_40;
/** The first MiB holds the partition table and the boot loader. */
const PARTITION: Partition = { firstSector: MIB / SECTOR, sectors: (DISK_BYTES - MIB) / SECTOR };

const GRUB_MODULES = ['biosdisk', 'part_msdos', 'ext2', 'normal', 'linux16', 'serial', 'terminal'] as const;

/**
 * Builds the raw demo disk: a partition table, GRUB for BIOS machines, and one ext4 file system with Debian's kernel,
 * busybox and a handful of scripts. Needs no root. The same packages give the same bytes.
 *
 * @param directory for intermediate files; emptied first, and left holding `disk.raw`, whose path is the answer
 */
export async function buildDisk(ingredients: Ingredients, directory: string): Promise<string> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const image = join(directory, 'root.ext4');
  await makeExt4(
    ingredients,
    { directories: GUEST_DIRECTORIES, files: await guestFiles(ingredients), links: GUEST_LINKS },
    { image, bytes: PARTITION.sectors * SECTOR, uuid: ROOT_UUID, label: 'imago-demo', scratch: directory },
  );
  const loader = await bootLoader(ingredients, directory);
  return writeDisk(join(directory, 'disk.raw'), { loader, image });
}

async function guestFiles({ guest }: Ingredients): Promise<FileSystemFile[]> {
  const busybox = await readFile(join(guest, 'bin/busybox'));
  const modules = await kernelModules(guest);
  const kernel = await readFile(join(guest, 'boot', await only(join(guest, 'boot'), /^vmlinuz-/)));
  const binary = (path: string, content: Buffer, executable = false): FileSystemFile => ({ path, content, executable });
  return [
    binary('/boot/vmlinuz', kernel),
    binary('/boot/initrd', firstFileSystem(busybox, modules)),
    binary('/bin/busybox', busybox, true),
    ...GUEST_MODULES.map((name) => binary(`/lib/modules/${name}.ko`, modules.get(name) ?? Buffer.alloc(0))),
    ...GUEST_TEXTS.map(({ path, text, executable = false }) => binary(path, Buffer.from(text), executable)),
  ];
}

/** What the kernel starts in before it can see the disk. */
function firstFileSystem(busybox: Buffer, modules: ReadonlyMap<string, Buffer>): Buffer {
  const directory = (path: string): ArchiveEntry => ({ path, mode: DIRECTORY | 0o755, content: Buffer.alloc(0) });
  const file = (path: string, content: Buffer, mode: number): ArchiveEntry => ({ path, mode: FILE | mode, content });
  return cpioArchive([
    ...['bin', 'dev', 'modules', 'proc', 'root'].map(directory),
    file('bin/busybox', busybox, 0o755),
    file('init', Buffer.from(FIRST_INIT), 0o755),
    ...DISK_MODULES.map((name) => file(`modules/${name}.ko`, modules.get(name) ?? Buffer.alloc(0), 0o644)),
  ]);
}

async function kernelModules(guest: string): Promise<ReadonlyMap<string, Buffer>> {
  const base = join(guest, 'lib/modules', await only(join(guest, 'lib/modules'), /./));
  const paths = await readdir(base, { recursive: true });
  const found = await Promise.all(
    GUEST_MODULES.map(async (name) => {
      const path = paths.find((each) => each.endsWith(`/${name}.ko`));
      if (path === undefined) throw new Error(`The kernel package has no module ${name}.`);
      return [name, await readFile(join(base, path))] as const;
    }),
  );
  return new Map(found);
}

async function only(directory: string, pattern: RegExp): Promise<string> {
  const [name, ...others] = (await readdir(directory)).filter((each) => pattern.test(each));
  if (name === undefined || others.length > 0) throw new Error(`Expected one ${pattern.source} in ${directory}.`);
  return name;
}

/** GRUB as an installation would leave it, without installing: the code of sector 0, and the core that follows it. */
async function bootLoader(tools: Ingredients, directory: string): Promise<{ boot: Buffer; core: Buffer }> {
  const output = join(directory, 'core.img');
  const place = ['-O', 'i386-pc', '-d', tools.grubModules, '-p', '(hd0,msdos1)/boot/grub', '-o', output];
  await runCommand(tools.grubMkimage, [...place, ...GRUB_MODULES], { env: tools.env });
  const core = await readFile(output);
  if (core.length > (PARTITION.firstSector - 1) * SECTOR) throw new Error('GRUB does not fit before the partition.');
  return { boot: await readFile(join(tools.grubModules, 'boot.img')), core };
}

interface DiskParts {
  readonly loader: { readonly boot: Buffer; readonly core: Buffer };
  readonly image: string;
}

async function writeDisk(path: string, { loader, image }: DiskParts): Promise<string> {
  const disk = await open(path, 'w');
  try {
    await disk.truncate(DISK_BYTES);
    await disk.write(masterBootRecord(loader.boot, DISK_ID, PARTITION), 0, SECTOR, 0);
    await disk.write(loader.core, 0, loader.core.length, SECTOR);
    const content = await readFile(image);
    await disk.write(content, 0, content.length, PARTITION.firstSector * SECTOR);
  } finally {
    await disk.close();
  }
  return path;
}
