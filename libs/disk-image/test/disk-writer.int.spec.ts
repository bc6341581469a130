import { rm, writeFile } from 'node:fs/promises';
import { DiskWriter, Qcow2FileWriter, RawFileWriter, StoreWriter } from '../src/index.ts';
import type { DiskReader, WriteOptions } from '../src/index.ts';
import { describeDiskWriter } from './describe-disk-writer.ts';
import { MemoryParts } from './stored-object.ts';

/** The store in memory; its object becomes a file, so that qemu can look at it. */
class StoreInFile extends DiskWriter {
  private readonly path: string;

  constructor(path: string) {
    super();
    this.path = path;
  }

  override async write(disk: DiskReader, options: WriteOptions): Promise<void> {
    await rm(this.path, { force: true });
    const sink = new MemoryParts();
    const store = new StoreWriter({
      done: [],
      sink,
      seal: async (_image, parts) => writeFile(this.path, sink.object(disk.virtualSize, parts)),
    });
    await store.write(disk, options);
  }
}

describeDiskWriter('a raw file', { format: 'raw', make: (path) => new RawFileWriter(path) });
describeDiskWriter('a qcow2 file', { format: 'qcow2', make: (path) => new Qcow2FileWriter(path) });
describeDiskWriter('the store', { format: 'qcow2', make: (path) => new StoreInFile(path) });
