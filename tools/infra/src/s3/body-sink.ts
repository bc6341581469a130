import type { IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';
import type { AwsChunkedDecoder } from './aws-chunked.ts';
import type { Digests } from './checksums.ts';
import type { DiskFile } from './disk.ts';
import { S3Error } from './errors.ts';

/** Bytes that may wait before the socket is paused; what waits while a write is under way goes out in the next one. */
const WAITING_BYTES = 2 << 20;

export interface BodyHandling {
  readonly digests: Digests;
  /** For a body in chunks. */
  readonly decoder: AwsChunkedDecoder | undefined;
  /** As announced, decoded. */
  readonly bytes: number;
}

/** Where a body goes: decoded, counted, hashed and written. Never more bytes than it was said to have. */
export class BodySink extends Writable {
  /** Decoded bytes so far. */
  bytes = 0;
  readonly #file: DiskFile;
  readonly #handling: BodyHandling;

  constructor(file: DiskFile, handling: BodyHandling) {
    super({ highWaterMark: WAITING_BYTES });
    this.#file = file;
    this.#handling = handling;
  }

  /**
   * Resolves when the whole body is in the file. The request is never destroyed, unlike by a pipeline: that would
   * take the connection with it, and the client would not learn what was wrong.
   */
  takeAll(request: IncomingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const cut = (): void => {
        if (!request.readableEnded) reject(new S3Error('IncompleteBody'));
      };
      this.once('finish', resolve).once('error', (error) => {
        request.unpipe(this);
        reject(error);
      });
      if (request.destroyed) cut();
      else request.once('error', cut).once('close', cut).pipe(this);
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    void this.#take([chunk]).then(() => {
      done();
    }, done);
  }

  override _writev(entries: { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    void this.#take(entries.map((entry) => entry.chunk)).then(() => {
      done();
    }, done);
  }

  async #take(chunks: readonly Buffer[]): Promise<void> {
    const { decoder, digests, bytes: announced } = this.#handling;
    const data = decoder ? chunks.flatMap((chunk) => decoder.decode(chunk)) : chunks;
    for (const bytes of data) {
      this.bytes += bytes.length;
      if (this.bytes > announced) throw new S3Error('IncompleteBody', 'The body is longer than it was said to be.');
      digests.update(bytes);
    }
    await this.#file.write(data);
  }
}
