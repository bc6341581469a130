import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { LocalDisk } from '../../../src/s3/local-disk.ts';
import type { StoredBody } from '../../../src/s3/state.ts';
import { Store } from '../../../src/s3/store.ts';
import { contentOf } from './history.ts';
import type { Kept } from './kept.ts';

/**
 * What a server would find in these buckets at a start, in their order. Parts are compared with their ETags, and there is
 * no file that nobody refers to.
 */
export async function keptOnDisk(directory: string, buckets: readonly string[]): Promise<Kept[]> {
  const store = await Store.open(directory, new LocalDisk({ durable: false }));
  try {
    const uploads = new Map<string, string[]>();
    for (const { upload_id, parts } of store.state.uploads.values()) {
      uploads.set(upload_id, []);
      for (const [number, part] of parts)
        uploads.get(upload_id)?.push(`${number} "${md5(await bytesOf(store, part))}"`);
    }
    await expectNoLeftovers(directory, store);
    return await Promise.all(buckets.map(async (name) => ({ objects: await objectsOf(store, name), uploads })));
  } finally {
    await store.close();
  }
}

async function objectsOf(store: Store, bucket: string): Promise<Map<string, string>> {
  const objects = new Map<string, string>();
  for (const [key, object] of store.state.buckets.get(bucket)?.objects ?? [])
    objects.set(key, contentOf(await bytesOf(store, object)));
  return objects;
}

/** The data directory of a server that has just started or stopped holds what its state names, and nothing else. */
async function expectNoLeftovers(directory: string, store: Store): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const left = files.filter((name) => !['journal.jsonl', 'lock'].includes(name) && !store.state.isReferenced(name));
  expect(left, 'files that nobody refers to').toEqual([]);
}

/** A file that is not there has no bytes. */
async function bytesOf(store: Store, { pieces }: StoredBody): Promise<Buffer> {
  const read = async (segment: string): Promise<Buffer> =>
    readFile(store.segments.path(segment)).catch(() => Buffer.alloc(0));
  const bytes = pieces.map(async ({ segment, offset, length }) =>
    (await read(segment)).subarray(offset, offset + length),
  );
  return Buffer.concat(await Promise.all(bytes));
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
