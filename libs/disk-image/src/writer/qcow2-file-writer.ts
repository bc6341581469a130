import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { DiskReader } from '../reader/disk-reader.ts';
import { storedLayout } from '../store/layout.ts';
import type { PartSink } from '../store/part-writer.ts';
import { sealStoredImage } from '../store/seal-stored-image.ts';
import { writeStoredImage } from '../store/write-stored-image.ts';
import { DiskWriter } from './disk-writer.ts';
import type { WriteOptions } from './disk-writer.ts';

/** A qcow2 file of the stored format: zstd, clusters of 1 MiB. */
export class Qcow2FileWriter extends DiskWriter {
  private readonly path: string;

  constructor(path: string) {
    super();
    this.path = path;
  }

  override async write(disk: DiskReader, options: WriteOptions): Promise<void> {
    const file = await open(this.path, 'w');
    try {
      const sink = fileSink(file, storedLayout(disk.virtualSize).headBytes);
      const parts = await writeStoredImage(disk, { ...options, sink, done: [] });
      const { head } = sealStoredImage(disk.virtualSize, parts);
      await file.write(head, 0, head.length, 0);
      await file.sync();
    } catch (error) {
      await rm(this.path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }
}

/** Parts come in their order, so each one's place is known when it comes. */
function fileSink(file: FileHandle, start: number): PartSink {
  let end = start;
  return {
    async store(record, body) {
      const offset = end;
      end += record.size;
      const { bytesWritten } = await file.writev([...body], offset);
      if (bytesWritten !== record.size) throw new Error(`Only ${bytesWritten} bytes of ${record.size} were written`);
    },
  };
}
