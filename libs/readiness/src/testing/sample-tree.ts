import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export const ROOT_UUID = '5f3c0d52-9f5d-4f0e-8c0a-6a1c1f5b7e10';
export const KERNEL = '6.1.0-40-cloud-amd64';

/** Files by their paths; what begins with `-> ` is a link, and null is none at all. */
export type Tree = Readonly<Record<string, string | Buffer | null>>;

/** The head of a program of Linux. */
export function elf(machine: number): Buffer {
  const head = Buffer.alloc(8192);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(3, 16);
  head.writeUInt16LE(machine, 18);
  return head;
}

/** A Debian with cloud-init that has nothing wrong. */
export const DEBIAN: Tree = {
  'etc/os-release': '-> ../usr/lib/os-release',
  'usr/lib/os-release':
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
  bin: '-> usr/bin',
  lib: '-> usr/lib',
  'usr/bin/sh': '-> dash',
  'usr/bin/dash': elf(62),
  'usr/bin/cloud-init': '#!/usr/bin/python3\n',
  'etc/cloud/cloud.cfg': 'users:\n  - default\n',
  'etc/fstab': `# made by the installer\nUUID=${ROOT_UUID} / ext4 errors=remount-ro 0 1\n`,
  'etc/machine-id': '',
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'etc/ssh/sshd_config': 'PermitRootLogin no\n',
  [`usr/lib/modules/${KERNEL}/modules.builtin`]: 'kernel/fs/binfmt_script.ko\n',
  [`usr/lib/modules/${KERNEL}/kernel/drivers/block/virtio_blk.ko.xz`]: 'module',
  'etc/udev/rules.d/70-persistent-net.rules': '# nothing\n',
  'var/log/big': Buffer.alloc(300_000, 'a log that is in several blocks\n'),
};

/** A directory with more names than one block has. */
export function manyFiles(directory: string, count: number): Tree {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${directory}/a-file-with-a-rather-long-name-${index}`, `${index}`]),
  );
}

/** Writes the files below a directory. */
export async function writeTree(directory: string, tree: Tree): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    if (content === null) continue;
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    if (typeof content === 'string' && content.startsWith('-> ')) await symlink(content.slice(3), target);
    else await writeFile(target, content);
  }
}
