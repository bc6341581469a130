import type { PartJournal } from '@imago/jobs';
import type { MultipartUpload, ObjectStore } from '@imago/object-store';
import type { EntityManager } from 'typeorm';

/** What the data of a job that stores a file have in common. */
export interface UploadData {
  readonly upload?: { readonly upload_id: string } | undefined;
}

/** Where a job stores a file, and what else hangs on it. */
export interface UploadPlace {
  readonly store: ObjectStore;
  readonly key: string;
  readonly parts: PartJournal;
  /** Before an upload is begun: gives up one that was lost between its making and its journal. */
  readonly clear: (signal: AbortSignal) => Promise<void>;
  /** In the transaction that saves an upload that was begun. */
  readonly begun?: (tx: EntityManager, upload: MultipartUpload) => Promise<void>;
  /** In the transaction that journals a part; what it throws ends the attempt. */
  readonly guard?: (tx: EntityManager) => Promise<void>;
}

/** Aborts every upload under a key that is one job's alone. */
export async function clearKey(store: ObjectStore, key: string, signal: AbortSignal): Promise<void> {
  for (const lost of await store.listMultiparts(key, signal)) await store.abortMultipart(lost, signal);
}
