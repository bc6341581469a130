import type { ObjectStore } from '@imago/object-store';

/** Removes what an upload has in the store. The multipart goes first: one that is completed in between is met as an object. */
export async function eraseUpload(store: ObjectStore, key: string): Promise<void> {
  for (const multipart of await store.listMultiparts(key)) await store.abortMultipart(multipart);
  await store.deleteMany([key]);
}
