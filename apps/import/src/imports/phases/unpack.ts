import { createHash, randomUUID } from 'node:crypto';
import { refusal, type RegisteredFacts } from '@imago/contracts';
import { unpack as unpackFile } from '@imago/disk-image';
import { required } from '@imago/jobs';
import { type MultipartUpload, type ObjectStore, unpackedPrefix, type UploadedPart } from '@imago/object-store';
import type { ImportPhaseContext } from '../import-job.ts';
import { sourceUri } from '../source/job-source.ts';
import { inspectionFailure, openBytes } from '../source/open-source.ts';
import { eraseUnpacked } from '../source/unpacked-file.ts';
import { type ImportPhase, type ImportTools, imageStore } from './import-phase.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** S3 takes 10,000 parts, and some are kept back. */
const MOST_PARTS = 9_500;
const SMALLEST_PART = 16 * MIB;
/** Most files end in these, 31 GiB, whatever the disk is for: how much will come out is not known before. */
const SMALLEST_PARTS = 2_000;
/** Of larger parts there is one at a time in memory: it is sent before the next is filled. */
const LARGEST_OF_TWO = 32 * MIB;

/**
 * Unpacks a packed file into the store, where it can be read in ranges, and hashes it on the way when its checksum was
 * given: the file is read once. A lost attempt is begun anew; what it left is erased.
 */
export function unpack(tools: ImportTools): ImportPhase {
  return async (context) => {
    const { job, data, signal } = context;
    const store = imageStore(tools, job);
    await eraseUnpacked(store, job.id, context);
    const mostBytes = mostUnpacked(job.input.facts);
    const upload = await store.createMultipart(`${unpackedPrefix(job.id)}${randomUUID()}`, signal);
    const hash = job.input.checksum === null ? null : createHash(job.input.checksum.algorithm);
    const unpacked = unpackFile(await openBytes(context, tools), {
      compression: required(job.input.compression ?? undefined, 'compression'),
      mostBytes,
      signal,
      onPacked: (bytes) => hash?.update(bytes),
    });
    const parts = new UnpackedParts(store, upload, { mostBytes, signal });
    try {
      for await (const bytes of unpacked) {
        await parts.add(bytes);
        context.progress({ bytes_done: 0n });
      }
    } catch (error) {
      throw inspectionFailure(error);
    }
    requireChecksum(context, hash?.digest('hex'));
    const { etag } = await parts.complete();
    return { next: 'inspect', data: { ...data, unpacked: { key: upload.key, etag, size: parts.size } } };
  };
}

/** The largest file of a disk that fits, in any format: tables and what was once written and is not used any more. */
function mostUnpacked({ min_disk }: Pick<RegisteredFacts, 'min_disk'>): number {
  return min_disk * GIB * 1.125 + 64 * MIB;
}

function requireChecksum({ job }: ImportPhaseContext, found: string | undefined): void {
  const { checksum, source } = job.input;
  if (checksum === null || found === checksum.value) return;
  const said = `The ${checksum.algorithm} of ${sourceUri(source)} is ${found ?? 'unknown'}, not ${checksum.value}.`;
  throw refusal('import.checksum_mismatch', said, { algorithm: checksum.algorithm, found });
}

/** Bytes of the part that follows so many others, when so much may come in all: 153 MiB at most, for a disk of 1 TiB. */
function partBytes(parts: number, mostBytes: number): number {
  if (parts < SMALLEST_PARTS) return SMALLEST_PART;
  const left = mostBytes - SMALLEST_PARTS * SMALLEST_PART;
  return Math.max(SMALLEST_PART, left / (MOST_PARTS - SMALLEST_PARTS));
}

/** The parts of what is unpacked: one is sent while the next is filled, as long as they are small. */
class UnpackedParts {
  size = 0;
  readonly #mostBytes: number;
  readonly #signal: AbortSignal;
  readonly #parts: UploadedPart[] = [];
  #sent = 0;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #sending: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: ObjectStore,
    private readonly upload: MultipartUpload,
    options: { readonly mostBytes: number; readonly signal: AbortSignal },
  ) {
    this.#mostBytes = options.mostBytes;
    this.#signal = options.signal;
  }

  /** Takes the bytes over. */
  async add(bytes: Buffer): Promise<void> {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    this.size += bytes.length;
    const most = partBytes(this.#sent, this.#mostBytes);
    if (this.#bytes < most) return;
    await this.#send();
    if (most > LARGEST_OF_TWO) await this.#sending;
  }

  async complete(): Promise<{ readonly etag: string }> {
    if (this.#bytes > 0 || this.#sent === 0) await this.#send();
    await this.#sending;
    return this.store.completeMultipart(this.upload, this.#parts, this.#signal);
  }

  async #send(): Promise<void> {
    await this.#sending;
    this.#sent += 1;
    const number = this.#sent;
    const body = this.#waiting;
    [this.#waiting, this.#bytes] = [[], 0];
    this.#sending = this.store.uploadPart(this.upload, number, body, this.#signal).then((part) => {
      this.#parts.push(part);
    });
    this.#sending.catch(() => undefined); // it is awaited with the next
  }
}
