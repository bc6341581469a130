import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { DiskReader } from '../reader/disk-reader.ts';
import { STORED_CLUSTER_SIZE } from '../store/layout.ts';
import { DiskWriter } from './disk-writer.ts';
import type { WriteOptions } from './disk-writer.ts';

const ZEROS = Buffer.alloc(STORED_CLUSTER_SIZE);

/** A raw file, with holes where the disk is zero. */
export class RawFileWriter extends DiskWriter {
  private readonly path: string;

  constructor(path: string) {
    super();
    this.path = path;
  }

  override async write(disk: DiskReader, options: WriteOptions): Promise<void> {
    const file = await open(this.path, 'w');
    try {
      await file.truncate(disk.virtualSize);
      await copyClusters(disk, file, options);
      await file.sync();
    } catch (error) {
      await rm(this.path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }
}

async function copyClusters(disk: DiskReader, file: FileHandle, { signal, progress }: WriteOptions): Promise<void> {
  let bytesDone = 0;
  for await (const { index, data } of disk.clusters({ clusterSize: STORED_CLUSTER_SIZE, signal })) {
    if (!data.equals(ZEROS.subarray(0, data.length))) {
      await file.write(data, 0, data.length, index * STORED_CLUSTER_SIZE);
    }
    bytesDone += data.length;
    progress(bytesDone);
    signal.throwIfAborted();
  }
}
