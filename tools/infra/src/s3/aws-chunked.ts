import { createHash } from 'node:crypto';
import { sameText } from './authenticate.ts';
import type { Authenticated } from './authenticate.ts';
import { EMPTY_SHA256, signText } from './canonical-request.ts';
import { S3Error } from './errors.ts';

/** A chunk's size line or a trailer line; longer ones are not from a client we want to serve. */
const MAX_LINE_BYTES = 8_192;
const MAX_TRAILERS = 16;

/**
 * Decodes `aws-chunked` bodies: `<hex size>[;chunk-signature=<hex>]\r\n<bytes>\r\n ... 0[;...]\r\n<trailers>\r\n`.
 * With `signing` each chunk and the trailers are checked against the chain of signatures that starts at the request's.
 * Bytes pass through uncopied; whoever stores them must wait for {@link end} before trusting them.
 */
export class AwsChunkedDecoder {
  /** Lower-case names; complete after {@link end}. */
  readonly trailers = new Map<string, string>();
  readonly #signing: Authenticated['chunkSigning'] | undefined;
  #previousSignature: string;
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size';
  #line: Buffer[] = [];
  #lineBytes = 0;
  #left = 0;
  #chunkSignature = '';
  #chunkHash = createHash('sha256');
  #signedTrailers = '';

  constructor(signing: Authenticated['chunkSigning'] | undefined) {
    this.#signing = signing;
    this.#previousSignature = signing?.seed ?? '';
  }

  /** The body's own bytes in this piece of the transfer. Throws S3Error. */
  decode(chunk: Buffer): Buffer[] {
    const data: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#state !== 'data') {
        at = this.#takeLine(chunk, at);
        continue;
      }
      const bytes = this.#takeData(chunk.subarray(at));
      data.push(bytes);
      at += bytes.length;
    }
    return data;
  }

  /** Throws S3Error when the transfer stopped before its end. */
  end(): void {
    if (this.#state !== 'done') throw new S3Error('IncompleteBody');
  }

  #takeData(chunk: Buffer): Buffer {
    const data = chunk.subarray(0, this.#left);
    if (this.#signing) this.#chunkHash.update(data);
    this.#left -= data.length;
    if (this.#left === 0) this.#state = 'data-end';
    return data;
  }

  #takeLine(chunk: Buffer, at: number): number {
    if (this.#state === 'done') throw new S3Error('InvalidRequest', 'Bytes after the last chunk.');
    const newline = chunk.indexOf(10, at);
    const end = newline < 0 ? chunk.length : newline + 1;
    this.#line.push(chunk.subarray(at, end));
    this.#lineBytes += end - at;
    if (this.#lineBytes > MAX_LINE_BYTES) throw new S3Error('InvalidRequest', 'A chunk header is too long.');
    if (newline < 0) return end;
    const line = Buffer.concat(this.#line).toString('latin1').trimEnd();
    this.#line = [];
    this.#lineBytes = 0;
    this.#onLine(line);
    return end;
  }

  #onLine(line: string): void {
    switch (this.#state) {
      case 'size':
        this.#onSize(line);
        return;
      case 'data-end':
        if (line !== '') throw new S3Error('InvalidRequest', 'A chunk is longer than its size.');
        this.#verifyChunk();
        this.#state = 'size';
        return;
      case 'trailer':
        this.#onTrailer(line);
        return;
      case 'data':
      case 'done':
        throw new Error(`no line is expected in state ${this.#state}`);
    }
  }

  #onSize(line: string): void {
    const match = /^([0-9a-f]{1,13})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line);
    if (!match) throw new S3Error('InvalidRequest', 'A chunk header is malformed.');
    this.#left = parseInt(match[1] ?? '', 16);
    this.#chunkSignature = match[2] ?? '';
    this.#state = this.#left === 0 ? 'trailer' : 'data';
    if (this.#left === 0) this.#verifyChunk();
  }

  #onTrailer(line: string): void {
    if (line === '') {
      if (this.#signing && this.#signedTrailers !== '') throw new S3Error('SignatureDoesNotMatch'); // none came
      this.#state = 'done';
      return;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (colon < 1) throw new S3Error('InvalidRequest', 'A trailer is malformed.');
    if (name === 'x-amz-trailer-signature') {
      this.#verifyTrailers(value);
      return;
    }
    if (this.trailers.size === MAX_TRAILERS) throw new S3Error('InvalidRequest', 'There are too many trailers.');
    this.trailers.set(name, value);
    this.#signedTrailers += `${name}:${value}\n`;
  }

  #verifyChunk(): void {
    const { key, timestamp, scope } = this.#signing ?? {};
    if (!key) return;
    const text = ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scope, this.#previousSignature, EMPTY_SHA256];
    const signature = signText([...text, this.#chunkHash.digest('hex')].join('\n'), key);
    if (!sameText(signature, this.#chunkSignature)) throw new S3Error('SignatureDoesNotMatch');
    this.#previousSignature = signature;
    this.#chunkHash = createHash('sha256');
  }

  #verifyTrailers(claimed: string): void {
    const { key, timestamp, scope } = this.#signing ?? {};
    if (!key) return;
    const hash = createHash('sha256').update(this.#signedTrailers).digest('hex');
    const text = ['AWS4-HMAC-SHA256-TRAILER', timestamp, scope, this.#previousSignature, hash].join('\n');
    if (!sameText(signText(text, key), claimed)) throw new S3Error('SignatureDoesNotMatch');
    this.#signedTrailers = '';
  }
}
