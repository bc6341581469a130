import { open, stat } from 'node:fs/promises';
import type { ObjectStore, UploadedPart } from '@imago/object-store';
import pLimit from 'p-limit';

const PART = 16 * 2 ** 20;
const PARALLEL = 4;

/** Stores a local file as fast as a client can: parts of 16 MiB, four at a time. */
export async function putInParts(store: ObjectStore, key: string, path: string): Promise<void> {
  const { size } = await stat(path);
  const file = await open(path);
  try {
    const upload = await store.createMultipart(key);
    const limit = pLimit(PARALLEL);
    const parts = Array.from({ length: Math.ceil(size / PART) }, (_, index) =>
      limit(async (): Promise<UploadedPart> => {
        const body = Buffer.allocUnsafeSlow(Math.min(PART, size - index * PART));
        await file.read(body, 0, body.length, index * PART);
        return store.uploadPart(upload, index + 1, body);
      }),
    );
    await store.completeMultipart(upload, await Promise.all(parts));
  } finally {
    await file.close();
  }
}
