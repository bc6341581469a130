import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readExport, removeExport, sweepExports, writeExport } from '../../src/disk-server/exports.ts';
import { diskServerSocket, prepareSocketDirectory } from '../../src/disk-server/socket-path.ts';
import type { BaseImage } from '../../src/index.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'disks-'));
});
afterEach(() => rm(directory, { recursive: true }));

function image(): BaseImage {
  const object_id = randomUUID();
  return {
    object_id,
    key: `images/${randomUUID()}/${object_id}`,
    region: 'north',
    disk_format: 'qcow2',
    size: '5242880',
    virtual_size: '1048576',
    index_hash: 'a'.repeat(64),
    layers: [],
  };
}

describe('an export', () => {
  it('is what was written, by however many at once and however often', async () => {
    const base = image();
    await Promise.all(Array.from({ length: 10 }, () => writeExport(directory, base)));
    await writeExport(directory, base);
    expect(await readExport(directory, base.object_id)).toEqual(base);
    expect(await readdir(join(directory, 'exports'))).toEqual([`${base.object_id}.json`]);
    await removeExport(directory, base.object_id);
    expect(await readExport(directory, base.object_id)).toBeNull();
  });

  it('has no other name than an object id', async () => {
    const base = image();
    for (const object_id of ['../../x', '', base.object_id.toUpperCase(), `${base.object_id}/..`]) {
      await expect(writeExport(directory, { ...base, object_id })).rejects.toThrow();
      await expect(removeExport(directory, object_id)).rejects.toThrow();
      expect(await readExport(directory, object_id)).toBeNull();
    }
  });

  it('is refused when its file is damaged or of another object', async () => {
    const base = image();
    await writeExport(directory, base);
    const file = join(directory, 'exports', `${base.object_id}.json`);
    for (const text of ['', '{', '{}', JSON.stringify({ ...base, size: -1 }), JSON.stringify(image())]) {
      await writeFile(file, text);
      await expect(readExport(directory, base.object_id)).rejects.toThrow();
    }
    await writeExport(directory, base);
    expect(await readExport(directory, base.object_id)).toEqual(base);
  });

  it('leaves nothing of writers that died, and everything of those that have not', async () => {
    const base = image();
    await writeExport(directory, base);
    for (const [name, age] of [
      ['old', 2 * 3_600],
      ['new', 0],
    ] as const) {
      const path = join(directory, 'exports', `${base.object_id}.json.${name}`);
      await writeFile(path, '');
      const then = Date.now() / 1_000 - age;
      await utimes(path, then, then);
    }
    await sweepExports(directory);
    expect((await readdir(join(directory, 'exports'))).sort()).toEqual(
      [`${base.object_id}.json`, `${base.object_id}.json.new`].sort(),
    );
  });
});

describe('the place of the socket', () => {
  it('is in the directory, or short and always the same', () => {
    expect(diskServerSocket('/var/lib/imago/disks')).toBe('/var/lib/imago/disks/socket');
    const deep = `/${'deep/'.repeat(30)}`;
    expect(Buffer.byteLength(diskServerSocket(deep))).toBeLessThan(108);
    expect(diskServerSocket(deep)).toBe(diskServerSocket(`${deep}../deep`));
    expect(diskServerSocket(deep)).not.toBe(diskServerSocket(`${deep}deep`));
  });

  it('is no place where others can put theirs', async () => {
    const socket = join(directory, 'own', 'socket');
    await prepareSocketDirectory(socket);
    expect((await stat(dirname(socket))).mode & 0o777).toBe(0o700);
    await chmod(dirname(socket), 0o777);
    await expect(prepareSocketDirectory(socket)).rejects.toThrow('can be written by others');
    await mkdir(join(directory, 'theirs'));
    await symlink(join(directory, 'theirs'), join(directory, 'link'));
    await expect(prepareSocketDirectory(join(directory, 'link', 'socket'))).rejects.toThrow('can be written by others');
  });
});
