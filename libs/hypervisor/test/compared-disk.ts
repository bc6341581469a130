import { open } from 'node:fs/promises';
import type { DiskExport } from '../src/index.ts';

const MIB = 2 ** 20;

type ReadChunk = (offset: number, target: Buffer) => Promise<unknown>;

/** MiB of a disk that are not as in a raw file, of the same size. */
export async function mibUnlikeFile(disk: DiskExport, path: string): Promise<readonly number[]> {
  const { signal } = new AbortController();
  return withFile(path, (size, read) => {
    if (size !== disk.size) throw new Error(`the disk has ${disk.size} bytes and the file ${size}`);
    return unlike(size, (offset, target) => disk.read(offset, target, signal), read);
  });
}

/** MiB in which two raw files of the same size differ. */
export function mibBetween(one: string, other: string): Promise<readonly number[]> {
  return withFile(one, (size, read) => withFile(other, (_, readOther) => unlike(size, read, readOther)));
}

/** MiB that a disk says have changed. */
export async function changedMib(disk: DiskExport): Promise<readonly number[]> {
  return (await disk.changed()).flatMap(({ offset, length }) =>
    Array.from({ length: Math.ceil(length / MIB) }, (_, at) => offset / MIB + at),
  );
}

async function withFile<T>(path: string, work: (size: number, read: ReadChunk) => Promise<T>): Promise<T> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return await work(size, (offset, target) => file.read(target, 0, target.length, offset));
  } finally {
    await file.close();
  }
}

async function unlike(size: number, read: ReadChunk, readOther: ReadChunk): Promise<readonly number[]> {
  const found: number[] = [];
  const [memory, otherMemory] = [Buffer.alloc(MIB, 0x11), Buffer.alloc(MIB, 0x22)];
  for (let offset = 0; offset < size; offset += MIB) {
    const [one, other] = [memory, otherMemory].map((each) => each.subarray(0, size - offset));
    if (one === undefined || other === undefined) continue;
    await Promise.all([read(offset, one), readOther(offset, other)]);
    if (!one.equals(other)) found.push(offset / MIB);
  }
  return found;
}
