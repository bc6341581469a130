import { open, stat } from 'node:fs/promises';
import type { MultipartUpload, ObjectStore, UploadedPart } from '@imago/object-store';
import pLimit from 'p-limit';

const PART = 16 * 2 ** 20;
const PARALLEL = 4;

/** Stores a local file as fast as a client can: parts of 16 MiB, four at a time. */
export async function putInParts(store: ObjectStore, key: string, path: string): Promise<void> {
  const { size } = await stat(path);
  const file = await open(path);
  try {
    await inParts(store, { to: key, size }, async ({ upload, number, offset, length }) => {
      const body = Buffer.allocUnsafeSlow(length);
      await file.read(body, 0, length, offset);
      return store.uploadPart(upload, number, body);
    });
  } finally {
    await file.close();
  }
}

interface Part {
  readonly upload: MultipartUpload;
  readonly number: number;
  readonly offset: number;
  readonly length: number;
}

/** Makes an object of parts of 16 MiB, four at a time. */
export async function inParts(
  store: ObjectStore,
  { to, size }: { readonly to: string; readonly size: number },
  make: (part: Part) => Promise<UploadedPart>,
): Promise<void> {
  const upload = await store.createMultipart(to);
  const limit = pLimit(PARALLEL);
  const parts = Array.from({ length: Math.ceil(size / PART) }, (_, index) => {
    const offset = index * PART;
    return limit(() => make({ upload, number: index + 1, offset, length: Math.min(PART, size - offset) }));
  });
  await store.completeMultipart(upload, await Promise.all(parts));
}
