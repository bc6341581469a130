import type { Hasher } from './file-hasher.ts';
import { type PartPlace, partsOf } from './part-plan.ts';
import type { Patience } from './patience.ts';
import type { PutPart } from './put-part.ts';
import { DECLARED_AT_ONCE, type DeclaredPart, type UploadDoor, type UploadInStore } from './upload-door.ts';

/** Parts on their way at once: enough to fill a line, few enough to lose little. */
const PARALLEL = 3;

export interface Sending {
  readonly file: Blob;
  readonly door: UploadDoor;
  readonly hasher: Hasher;
  readonly put: PutPart;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  /** Told how many bytes of a part the store has, or are on their way to it. */
  readonly onPart: (part: number, bytes: number) => void;
}

/**
 * Sends what the store does not have. What it has is hashed and declared all the same: so a file that is another one, or
 * was changed in between, is never mixed with what it was.
 */
export async function sendParts(upload: UploadInStore, sending: Sending): Promise<void> {
  const missing = new Set(upload.missing_parts);
  const parts = partsOf({ size: Number(upload.size), part_size: upload.part_size });
  const others = await othersThan(
    parts.filter(({ part_number }) => !missing.has(part_number)),
    upload,
    sending,
  );
  const wanted = [...others, ...parts.filter(({ part_number }) => missing.has(part_number))][Symbol.iterator]();
  const failing = new AbortController();
  const signal = AbortSignal.any([sending.signal, failing.signal]);
  const line = async (): Promise<void> => {
    for (const part of wanted) await sendPart(upload.id, part, { ...sending, signal });
  };
  const lines = Array.from({ length: PARALLEL }, line);
  try {
    await Promise.all(lines);
  } catch (error) {
    failing.abort(error);
    await Promise.allSettled(lines);
    throw error;
  }
}

/** Of the parts the store has: those that are other bytes than the file's. */
async function othersThan(
  stored: readonly PartPlace[],
  { id }: UploadInStore,
  { file, door, hasher, patience, signal, onPart }: Sending,
): Promise<readonly PartPlace[]> {
  const others: PartPlace[] = [];
  for (let begin = 0; begin < stored.length; begin += DECLARED_AT_ONCE) {
    const batch = stored.slice(begin, begin + DECLARED_AT_ONCE);
    const declared: DeclaredPart[] = [];
    for (const { part_number, offset, length } of batch) {
      signal.throwIfAborted();
      declared.push({ part_number, md5: await hasher.md5Of(file.slice(offset, offset + length)) });
    }
    const signed = await patience.with(signal, () => door.sign(id, declared, signal));
    for (const part of batch) {
      const isThere = signed.some(({ part_number, stored }) => part_number === part.part_number && stored);
      if (isThere) onPart(part.part_number, part.length);
      else others.push(part);
    }
  }
  return others;
}

/** Until the store has it. A link that is too old is asked for anew, and a file that was written to is hashed anew. */
async function sendPart(id: string, part: PartPlace, sending: Sending): Promise<void> {
  const { file, door, hasher, put, patience, signal, onPart } = sending;
  const { part_number, offset, length } = part;
  const bytes = file.slice(offset, offset + length);
  await patience.with(signal, async () => {
    signal.throwIfAborted();
    onPart(part_number, 0);
    const md5 = await hasher.md5Of(bytes);
    const [signed] = await door.sign(id, [{ part_number, md5 }], signal);
    if (signed !== undefined && signed.url !== null) {
      const onSent = (sent: number): void => {
        onPart(part_number, Math.min(sent, length));
      };
      await put({ url: signed.url, headers: signed.headers, bytes, signal, onSent });
    }
    onPart(part_number, length);
  });
}
