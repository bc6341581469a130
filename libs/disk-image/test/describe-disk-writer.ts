import { randomBytes } from 'node:crypto';
import { access, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiskReader, DiskWriter } from '../src/index.ts';
import { sampleDisk } from '../src/testing/index.ts';
import { QemuImg } from './qemu-img.ts';
import { rawDisk } from './stored-object.ts';

const MIB = 2 ** 20;

export interface WriterOptions {
  readonly format: 'raw' | 'qcow2';
  /** A writer whose disk is in the file at the path when it has ended. */
  readonly make: (path: string) => DiskWriter;
}

/** Everything the port promises; each destination runs it, and qemu judges what is written. */
export function describeDiskWriter(name: string, { format, make }: WriterOptions): void {
  describe(`the disk writer port on ${name}`, () => {
    let qemu: QemuImg;
    beforeAll(async () => {
      qemu = await QemuImg.open();
    });
    afterAll(() => qemu.close());

    async function write(disk: DiskReader, progress: (bytes: number) => void = () => undefined): Promise<void> {
      await make(qemu.path('written')).write(disk, { signal: new AbortController().signal, progress });
    }

    async function expectEqual(): Promise<void> {
      expect(await qemu.run(`compare -f raw -F ${format} source written`)).toContain('Images are identical.');
      if (format === 'qcow2') expect(await qemu.run('check -f qcow2 written')).toContain('No errors were found');
    }

    it.each([
      ['of one sector', Buffer.alloc(512, 'x')],
      ['that is all zeros', Buffer.alloc(5 * MIB)],
      ['of whole clusters', sampleDisk(1, 8 * MIB)],
      ['that ends within a cluster', sampleDisk(2, 8 * MIB + 512)],
      ['whose last, short cluster is the only one', Buffer.concat([Buffer.alloc(3 * MIB), Buffer.alloc(1536, 'end')])],
      ['of random bytes', randomBytes(5 * MIB + 4096)],
      ['of the same bytes everywhere', Buffer.alloc(40 * MIB, 0xff)],
    ])('writes a disk %s', async (_name, content) => {
      await qemu.file('source', content);
      const done: number[] = [];
      await write(await rawDisk(content), (bytes) => done.push(bytes));
      await expectEqual();
      expect(done.at(-1)).toBe(content.length);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
    });

    it('takes no room for zeros', async () => {
      const content = Buffer.concat([sampleDisk(3, 2 * MIB), Buffer.alloc(98 * MIB)]);
      await qemu.file('source', content);
      await write(await rawDisk(content));
      await expectEqual();
      expect((await stat(qemu.path('written'))).blocks * 512).toBeLessThan(8 * MIB);
    });

    it('leaves nothing when its source fails', async () => {
      const disk = await rawDisk(sampleDisk(4, 4 * MIB));
      const failing: DiskReader = Object.create(disk, {
        clusters: { value: () => failAfterOne(disk.clusters({ clusterSize: MIB })) },
        encodedClusters: { value: () => failAfterOne(disk.encodedClusters({ clusterSize: MIB })) },
      }) as DiskReader;
      await write(disk);
      await expect(write(failing)).rejects.toThrow('the source is gone');
      await expect(access(qemu.path('written'))).rejects.toThrow('ENOENT');
    });

    it('stops when it is told to, and leaves nothing', async () => {
      const abort = new AbortController();
      const progress = (): void => {
        abort.abort(new Error('enough'));
      };
      const disk = await rawDisk(sampleDisk(5, 6 * MIB));
      const written = make(qemu.path('stopped')).write(disk, { signal: abort.signal, progress });
      await expect(written).rejects.toThrow('enough');
      await expect(access(qemu.path('stopped'))).rejects.toThrow('ENOENT');
    });
  });
}

async function* failAfterOne<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const item of items) {
    yield item;
    throw new Error('the source is gone');
  }
}
