import { createCipheriv } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { below, oneOf, seededRandom } from '../../seeded-random.ts';
import type { Random } from '../../seeded-random.ts';
import { contentOf } from './history.ts';
import type { AskedUpload, History } from './history.ts';

const KEYS_PER_WRITER = 3;
const SMALL = 48 << 10;
const SMALLEST_PART = 5 << 20;

export interface Load {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly seed: number;
  readonly history: History;
  readonly writers: number;
  /** Told before each step of a writer; false ends it. */
  readonly goOn: () => boolean;
}

/**
 * Writers who put, overwrite, copy, delete and upload in parts, each under keys of its own, and readers of all keys. All
 * that they ask for and learn is in the history. Ends when `goOn` says so, or when the server is gone.
 */
export async function runLoad(load: Load): Promise<void> {
  const writers = Array.from({ length: load.writers }, (_, index) => new Writer(load, index));
  let writing = writers.length;
  const readers = [0, 1].map(async (index) => {
    const random = seededRandom(load.seed + 1_000 + index);
    while (writing > 0) if (!(await readOne(load, random))) return;
  });
  const write = async (writer: Writer): Promise<void> => {
    try {
      while (load.goOn()) await writer.step();
    } catch (error) {
      if (!isCut(error)) throw error;
    } finally {
      writing -= 1;
    }
  };
  await Promise.all([...writers.map(write), ...readers]);
}

/** False when the server is gone. */
async function readOne({ s3, bucket, history }: Load, random: Random): Promise<boolean> {
  if (history.keys.length === 0) {
    await new Promise(setImmediate);
    return true;
  }
  const key = oneOf(random, history.keys);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    history.told(key, contentOf((await Body?.transformToByteArray()) ?? Buffer.alloc(0)));
  } catch (error) {
    if (isCut(error)) return false;
    if (!(error instanceof Error) || error.name !== 'NoSuchKey') throw error;
    history.told(key, undefined);
  }
  return true;
}

/** The connection ended, or could not be made: the server is gone, and nobody knows what it has done. */
function isCut(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'ECONNREFUSED' || code === 'EPIPE';
}

class Writer {
  readonly #load: Load;
  readonly #keys: readonly string[];
  readonly #random: Random;
  readonly #held = new Map<string, string | undefined>();
  readonly #body: (size: number) => Buffer;

  constructor(load: Load, index: number) {
    this.#load = load;
    this.#keys = Array.from({ length: KEYS_PER_WRITER }, (_, n) => `writer-${index}/${n}`);
    this.#random = seededRandom(load.seed * 31 + index);
    const bytes = createCipheriv('aes-128-ctr', Buffer.alloc(16, load.seed), Buffer.alloc(16, index));
    this.#body = (size) => bytes.update(Buffer.alloc(size));
  }

  async step(): Promise<void> {
    const key = oneOf(this.#random, this.#keys);
    const chance = this.#random();
    if (chance < 0.5) await this.#put(key);
    else if (chance < 0.65) await this.#delete(key);
    else if (chance < 0.8) await this.#copy(key, oneOf(this.#random, this.#keys));
    else await this.#upload(key);
  }

  async #put(Key: string): Promise<void> {
    const Body = this.#body(below(this.#random, SMALL));
    await this.#change(Key, contentOf(Body), (s3, Bucket) => s3.send(new PutObjectCommand({ Bucket, Key, Body })));
  }

  async #delete(Key: string): Promise<void> {
    await this.#change(Key, undefined, (s3, Bucket) => s3.send(new DeleteObjectCommand({ Bucket, Key })));
  }

  async #copy(Key: string, source: string): Promise<void> {
    const content = this.#held.get(source);
    if (content === undefined || source === Key) return;
    await this.#change(Key, content, (s3, Bucket) =>
      s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${source}` })),
    );
  }

  async #upload(Key: string): Promise<void> {
    const { s3, bucket: Bucket, history } = this.#load;
    const begun = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const upload_id = begun.UploadId ?? '';
    const upload: AskedUpload = { key: Key, upload_id, known: history.now(), parts: [], end: undefined };
    history.uploads.push(upload);
    const sizes = this.#random() < 0.2 ? [SMALLEST_PART, below(this.#random, SMALL)] : [below(this.#random, SMALL)];
    const bodies = sizes.map((size) => this.#body(size));
    for (const [index, body] of bodies.entries()) await this.#part(upload, index + 1, body);
    const chance = this.#random();
    if (chance < 0.2) return; // nobody ends it
    upload.end = { begun: history.now(), known: Infinity };
    if (chance < 0.4) await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: upload_id }));
    else {
      const Parts = upload.parts.map(({ part_number, etag }) => ({ PartNumber: part_number, ETag: etag }));
      const complete = { Key, UploadId: upload_id, MultipartUpload: { Parts } };
      const content = contentOf(Buffer.concat(bodies));
      await this.#change(Key, content, () => s3.send(new CompleteMultipartUploadCommand({ Bucket, ...complete })));
    }
    upload.end.known = history.now();
  }

  async #part(upload: AskedUpload, part_number: number, Body: Buffer): Promise<void> {
    const { s3, bucket: Bucket, history } = this.#load;
    const part = { part_number, begun: history.now(), known: Infinity, etag: '' };
    upload.parts.push(part);
    const target = { Bucket, Key: upload.key, UploadId: upload.upload_id, PartNumber: part_number };
    const { ETag = '' } = await s3.send(new UploadPartCommand({ ...target, Body }));
    part.etag = ETag;
    part.known = history.now();
  }

  async #change(key: string, content: string | undefined, send: Send): Promise<void> {
    const { s3, bucket, history } = this.#load;
    const asked = history.ask(key, content);
    await send(s3, bucket);
    asked.known = Math.min(asked.known, history.now());
    this.#held.set(key, content);
  }
}

type Send = (s3: S3Client, bucket: string) => Promise<unknown>;
