import { expect } from 'vitest';
import { BufferSource, CountingSource, type FileFormat, inspectFile, openDisk } from '../src/index.ts';

const MIB = 2 ** 20;

/**
 * Reads the first and the last of the disk that a small file says to have, and every cluster; an ISO image is looked at and
 * never read. Fails when that takes more
 * than the file has; rejects with the refusal of the inspection, or of damage.
 */
export async function readWithinBounds(file: Buffer, format: FileFormat): Promise<'read'> {
  const source = new CountingSource(new BufferSource(file)); // throws at a read outside of the file
  try {
    if (format === 'iso') {
      await inspectFile(source, format).finally(() => {
        expect(source.reads).toBeLessThanOrEqual(2);
      });
      return 'read';
    }
    const { reader, inspection } = await openDisk(source, format);
    expect(inspection.allocatedBytes).toBeLessThanOrEqual(reader.virtualSize);
    await reader.read(0, Math.min(MIB, reader.virtualSize));
    await reader.read(reader.virtualSize - 512, 512);
    let clusters = 0;
    for await (const { data } of reader.clusters({ clusterSize: MIB })) {
      expect(data.length).toBeLessThanOrEqual(MIB);
      clusters += 1;
    }
    // Every cluster holds a byte of the file that no other one has.
    expect(clusters).toBeLessThanOrEqual(Math.ceil(file.length / 512));
    return 'read';
  } finally {
    expect(source.bytes).toBeLessThan(20 * Math.max(file.length, 4096));
  }
}
