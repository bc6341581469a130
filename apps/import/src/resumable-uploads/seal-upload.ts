import { createHash } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { type ObjectFacts, ObjectNotFoundError, type ObjectStore, uploadObjectKey } from '@imago/object-store';
import type { PartsInStore } from './parts-in-store.ts';
import { multipartOf, type ResumableUpload } from './resumable-upload.ts';

/** What an upload is sealed with. */
export interface SealTools {
  readonly store: ObjectStore;
  readonly stored: PartsInStore;
  readonly signal: AbortSignal;
  /** Bytes compared with the hash of the file so far. */
  readonly progress: (bytes: number) => void;
}

/**
 * Makes one object of the parts of an upload, and proves that it is the file its owner named by its hash. May be begun
 * again by somebody else at any point.
 * @throws Refusal upload.incomplete, upload.hash_mismatch; errors of the store
 */
export async function sealUpload(upload: ResumableUpload, tools: SealTools): Promise<void> {
  const { store, signal } = tools;
  const key = uploadObjectKey(upload.id);
  const facts = (await completeParts(upload, tools)) ?? (await completedBefore(upload, tools));
  if (facts === null) throw refusal('upload.incomplete', 'The store has lost the parts of the upload.');
  if (facts.size !== upload.size) {
    throw refusal('upload.incomplete', `The store has ${facts.size} of ${upload.size} bytes.`);
  }
  for (const lost of await store.listMultiparts(key, signal)) await store.abortMultipart(lost, signal);
  if (upload.sha256 !== null) await requireHash(upload, upload.sha256, { ...tools, facts });
}

/** Null when the store knows nothing of the parts any more. */
async function completeParts(
  upload: ResumableUpload,
  { store, stored, signal }: SealTools,
): Promise<ObjectFacts | null> {
  const multipart = multipartOf(upload);
  if (multipart === null || (await stored.uploaded(upload, multipart)) === null) return null;
  const { parts, missing } = await stored.of(upload);
  if (missing.length > 0) throw refusal('upload.incomplete', `The store has lost ${missing.length} of the parts.`);
  try {
    return await store.completeMultipart(multipart, parts, signal);
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}

/** The object that somebody made who was lost before saying so. */
async function completedBefore({ id }: ResumableUpload, { store, signal }: SealTools): Promise<ObjectFacts | null> {
  try {
    return await store.head(uploadObjectKey(id), signal);
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}

async function requireHash(
  { id }: ResumableUpload,
  sha256: string,
  { store, signal, progress, facts }: SealTools & { readonly facts: ObjectFacts },
): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = await store.stream(uploadObjectKey(id), { etag: facts.etag, signal });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    progress(bytes);
  }
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw refusal('upload.hash_mismatch', `The file has the SHA-256 ${found}, declared was ${sha256}.`, { found });
}
