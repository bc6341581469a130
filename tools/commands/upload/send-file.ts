import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ResumableUploadRecord } from '@imago/contracts';
import { type Door, Refused } from './door.ts';
import type { LocalFile } from './local-file.ts';
import { PartsInFlight } from './parts-in-flight.ts';
import type { ProgressLine } from './progress-line.ts';
import { type Part, sendPart, signedParts } from './send-part.ts';

/** An upload as the gateway shows it. */
export type Upload = ResumableUploadRecord & { readonly missing_parts: readonly number[] };

export interface SendFileOptions {
  readonly name: string;
  readonly partSize: number | null;
  /** Parts on their way at the same time, each with its bytes in memory. */
  readonly parallel: number;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
}

/** Parts whose presence is asked for in one request. */
const BATCH = 100;
/** Milliseconds between two looks at an upload that is being completed. */
const LOOK = 500;
/** Passes over the file: a second one only when the store has lost parts meanwhile. */
const PASSES = 3;

/**
 * Sends a file in parts, and goes on with an upload of the same file that was cut off. The file is read once, from its
 * beginning to its end: every part is hashed, and the store decides by the hash whether it needs it. So nothing has to be
 * remembered here, and a file that was changed in between cannot be mixed with what it was.
 * @returns the upload once it is whole
 */
export async function sendFile(door: Door, file: LocalFile, options: SendFileOptions): Promise<ResumableUploadRecord> {
  const found = await findOrStart(door, file, options);
  if (found.state !== 'open') {
    const sha256 = await hashOf(file, options);
    if (found.sha256 === sha256) return completed(door, found.id, options.signal);
    return sendTo(door, await start(door, file, options), { file, ...options }); // it was another file
  }
  return sendTo(door, found, { file, ...options });
}

type Sending = SendFileOptions & { readonly file: LocalFile };

async function sendTo(door: Door, upload: Upload, sending: Sending): Promise<ResumableUploadRecord> {
  for (let pass = 1; ; pass++) {
    const sha256 = await sendParts(door, await show(door, upload.id), sending);
    await sending.file.requireUnchanged();
    try {
      await door.ask('POST', `/v1/uploads/${upload.id}/complete`, { sha256 });
      return await completed(door, upload.id, sending.signal);
    } catch (error) {
      const isLost = error instanceof Refused && error.code === 'upload.parts_missing';
      if (!isLost || pass === PASSES) throw error;
    }
  }
}

/** Reads the whole file and sends what the store does not have. Answers the hash of the file. */
async function sendParts(door: Door, upload: Upload, { file, parallel, progress, signal }: Sending): Promise<string> {
  const hash = createHash('sha256');
  const missing = new Set(upload.missing_parts);
  const sent: Pick<Part, 'part_number' | 'md5'>[] = [];
  const failing = new AbortController();
  const flight = new PartsInFlight(parallel, upload.part_size, async (part) => {
    const isNew = await sendPart(door, upload.id, part, AbortSignal.any([signal, failing.signal]));
    if (isNew) progress.sent(part.bytes.length);
    else progress.present(part.bytes.length);
  });
  /** Parts the store said it has: with these bytes? */
  const ask = async (): Promise<void> => {
    if (sent.length === 0) return;
    for (const { part_number, size, stored } of await signedParts(door, upload.id, sent.splice(0))) {
      if (stored) progress.present(size);
      else flight.add(await readPart(file, upload, { part_number, bytes: await flight.memory() }));
    }
  };
  try {
    for (let part_number = 1; part_number <= upload.part_count; part_number++) {
      signal.throwIfAborted();
      const part = await readPart(file, upload, { part_number, bytes: await flight.memory() });
      hash.update(part.bytes);
      if (missing.has(part_number)) flight.add(part);
      else {
        flight.giveBack(part.bytes);
        sent.push({ part_number, md5: part.md5 });
      }
      if (sent.length === BATCH) await ask();
    }
    await ask();
    await flight.landed();
    return hash.digest('hex');
  } catch (error) {
    failing.abort(error);
    await flight.landed().catch(() => undefined);
    throw error;
  }
}

async function readPart(
  file: LocalFile,
  { size, part_size }: Upload,
  { part_number, bytes }: { readonly part_number: number; readonly bytes: Buffer },
): Promise<Part> {
  const offset = (part_number - 1) * part_size;
  const filled = bytes.subarray(0, Math.min(part_size, Number(size) - offset));
  await file.read(offset, filled);
  return { part_number, bytes: filled, md5: createHash('md5').update(filled).digest('hex') };
}

/** An upload of this file that has not ended, the newest; else a new one. */
async function findOrStart(door: Door, file: LocalFile, options: SendFileOptions): Promise<Upload> {
  const fingerprint = encodeURIComponent(await file.fingerprint());
  const { uploads } = await door.ask<{ uploads: Upload[] }>('GET', `/v1/uploads?limit=20&fingerprint=${fingerprint}`);
  const known = uploads.find(
    ({ state, size }) => ['open', 'completing', 'completed'].includes(state) && size === String(file.size),
  );
  return known ?? start(door, file, options);
}

async function start(door: Door, file: LocalFile, { name, partSize }: SendFileOptions): Promise<Upload> {
  const body = { name, size: file.size, part_size: partSize, fingerprint: await file.fingerprint() };
  return door.ask('POST', '/v1/uploads', body, { 'idempotency-key': randomUUID() });
}

function show(door: Door, id: string): Promise<Upload> {
  return door.ask('GET', `/v1/uploads/${id}`);
}

async function hashOf(file: LocalFile, { signal }: SendFileOptions): Promise<string> {
  const hash = createHash('sha256');
  const memory = Buffer.allocUnsafeSlow(2 ** 22);
  for (let offset = 0; offset < file.size; offset += memory.length) {
    signal.throwIfAborted();
    const bytes = memory.subarray(0, Math.min(memory.length, file.size - offset));
    await file.read(offset, bytes);
    hash.update(bytes);
  }
  return hash.digest('hex');
}

/** Waits until one object is made of the parts. @throws Error with the upload's own reason */
async function completed(door: Door, id: string, signal: AbortSignal): Promise<ResumableUploadRecord> {
  for (;;) {
    const upload = await show(door, id);
    if (upload.state === 'completed') return upload;
    if (upload.state !== 'completing') {
      throw new Error(`The upload is ${upload.state}. ${upload.error?.message ?? ''} ${upload.error?.remedy ?? ''}`);
    }
    await delay(LOOK, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}
