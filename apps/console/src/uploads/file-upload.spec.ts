import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { Problem } from '../gateway/problem.ts';
import { FileUpload, UploadEndedError } from './file-upload.ts';
import { fingerprintOf, md5Of } from './hash-file.ts';
import { partsOf } from './part-plan.ts';
import { type PutPart, StoreRefusalError, StoreUnreachableError } from './put-part.ts';
import type { SignedPart, Upload, UploadDoor, UploadInStore } from './upload-door.ts';

/** Bytes of a part, as this gateway has it. */
const PART = 1_000;

/** A gateway and its store, as an upload sees them. */
class Place implements UploadDoor {
  readonly stored = new Map<number, Buffer>();
  readonly sent: number[] = [];
  upload: Upload | null = null;
  asked = 0;
  /** What happens instead, to one of the next requests. */
  refuse: (what: string) => Error | null = () => null;
  endsAs: Upload['state'] = 'completed';

  readonly put: PutPart = async ({ url, headers, bytes, signal, onSent }) => {
    this.#maybe(`put ${url}`);
    onSent(bytes.size / 2);
    const body = await buffer(bytes.stream());
    signal.throwIfAborted();
    if (createHash('md5').update(body).digest('base64') !== headers['content-md5'])
      throw new StoreRefusalError(400, 'BadDigest');
    this.stored.set(Number(url), body);
    this.sent.push(Number(url));
  };

  find(fingerprint: string): Promise<readonly Upload[]> {
    return Promise.resolve(this.upload?.fingerprint === fingerprint ? [this.upload] : []);
  }

  start({ name, size, fingerprint }: Parameters<UploadDoor['start']>[0]): Promise<Upload> {
    this.#maybe('start');
    const times = { created_at: '2026-01-01T00:00:00.000Z', expires_at: null };
    this.upload = {
      id: 'u',
      name,
      fingerprint,
      state: 'open',
      size: String(size),
      part_size: PART,
      error: null,
      ...times,
    };
    return Promise.resolve(this.upload);
  }

  show(): Promise<UploadInStore> {
    this.#maybe('show');
    const upload = this.#known();
    const all = partsOf({ size: Number(upload.size), part_size: upload.part_size });
    const missing_parts = all.map(({ part_number }) => part_number).filter((number) => !this.stored.has(number));
    return Promise.resolve({ ...upload, missing_parts, bytes_stored: '0' });
  }

  sign(_id: string, parts: Parameters<UploadDoor['sign']>[1]): Promise<readonly SignedPart[]> {
    this.#maybe('sign');
    return Promise.resolve(
      parts.map(({ part_number, md5 }) => {
        const bytes = this.stored.get(part_number);
        if (bytes !== undefined && createHash('md5').update(bytes).digest('hex') === md5)
          return { part_number, stored: true, url: null, headers: {} };
        const headers = { 'content-md5': Buffer.from(md5, 'hex').toString('base64') };
        return { part_number, stored: false, url: String(part_number), headers };
      }),
    );
  }

  complete(): Promise<Upload> {
    this.#maybe('complete');
    this.upload = { ...this.#known(), state: this.endsAs };
    return Promise.resolve(this.upload);
  }

  delete(): Promise<void> {
    this.upload = null;
    this.stored.clear();
    return Promise.resolve();
  }

  get bytes(): Buffer {
    return Buffer.concat(
      [...this.stored.keys()].sort((a, b) => a - b).map((number) => this.stored.get(number) ?? Buffer.alloc(0)),
    );
  }

  #known(): Upload {
    if (this.upload === null)
      throw new Problem({ status: 404, code: 'upload.not_found', detail: 'No.', remedy: null, requestId: null });
    return this.upload;
  }

  #maybe(what: string): void {
    this.asked += 1;
    const error = this.refuse(what);
    if (error !== null) throw error;
  }
}

/** So often, then never again. */
function times(count: number, matching: RegExp, error: Error): (what: string) => Error | null {
  let left = count;
  return (what) => (matching.test(what) && left-- > 0 ? error : null);
}

function fileOf(bytes: Buffer<ArrayBuffer>, name = 'web.qcow2'): File {
  return new File([bytes], name, { lastModified: 5 });
}

const hasher = { md5Of, fingerprintOf };
const wait = (_: number, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  return Promise.resolve();
};
const uploadOf = (file: File, place: Place, upload: Upload | null = null): FileUpload =>
  new FileUpload({ file, hasher, put: place.put, upload, wait });

describe('a file on its way to the store', () => {
  const bytes = randomBytes(3 * PART + 100);

  it('arrives whole, each part once', async () => {
    const place = new Place();
    const phases = new Set<string>();
    const upload = uploadOf(fileOf(bytes), place);
    upload.subscribe(() => void phases.add(upload.state().phase));
    await upload.start(place);
    expect(upload.state()).toMatchObject({
      phase: 'completed',
      arrived: bytes.length,
      size: bytes.length,
      error: null,
    });
    expect(place.bytes.equals(bytes)).toBe(true);
    expect(place.sent.toSorted()).toEqual([1, 2, 3, 4]);
    expect([...phases]).toEqual(['checking', 'sending', 'completing', 'completed']);
  });

  it('is paused, and goes on with what is missing', async () => {
    const place = new Place();
    const upload = uploadOf(fileOf(bytes), place);
    place.refuse = (what) => {
      if (what === 'put 4') upload.pause();
      return null;
    };
    await upload.start(place);
    expect(upload.state().phase).toBe('paused');
    const before = place.sent.length;
    expect(before).toBeLessThan(4);
    place.refuse = () => null;
    await upload.start(place);
    expect(upload.state().phase).toBe('completed');
    expect(new Set(place.sent).size).toBe(place.sent.length);
    expect(place.bytes.equals(bytes)).toBe(true);
  });

  it('chosen again after a reload, sends what is missing alone; another page’s upload of it is found by itself', async () => {
    const place = new Place();
    const first = uploadOf(fileOf(bytes), place);
    place.refuse = times(100, /^put 4/, new StoreRefusalError(400, 'EntityTooSmall'));
    await first.start(place);
    expect(first.state()).toMatchObject({ phase: 'failed', error: { code: 'EntityTooSmall' } });
    place.refuse = () => null;
    const had = place.stored.size;
    place.sent.length = 0;
    const second = uploadOf(fileOf(bytes, 'renamed'), place);
    await second.start(place);
    expect(second.state()).toMatchObject({ phase: 'completed', upload: { id: 'u' } });
    expect(place.sent).toHaveLength(4 - had);
    expect(place.bytes.equals(bytes)).toBe(true);
  });

  it('is never mixed with another file of the same name and size', async () => {
    const place = new Place();
    await uploadOf(fileOf(bytes), place).start(place);
    place.upload = { ...(place.upload as Upload), state: 'open' };
    place.stored.delete(4);
    place.sent.length = 0;
    const other = Buffer.from(bytes);
    other[PART + 5] = (other[PART + 5] ?? 0) ^ 1;
    const upload = uploadOf(fileOf(other), place, place.upload);
    await upload.start(place);
    expect(upload.state().phase).toBe('completed');
    expect(place.sent.toSorted()).toEqual([2, 4]);
    expect(place.bytes.equals(other)).toBe(true);
  });

  it('waits for a gateway and a store that are away, and says so', async () => {
    const place = new Place();
    const phases = new Set<string>();
    const upload = uploadOf(fileOf(bytes), place);
    upload.subscribe(() => void phases.add(upload.state().phase));
    const away = [
      times(2, /^start/, new TypeError('Failed to fetch')),
      times(3, /^put 2/, new StoreUnreachableError('cut')),
      times(1, /^put 3/, new StoreRefusalError(403, 'AccessDenied')),
      times(
        1,
        /^sign/,
        new Problem({ status: 503, code: 'service.unavailable', detail: '', remedy: null, requestId: null }),
      ),
    ];
    place.refuse = (what) => away.map((each) => each(what)).find((error) => error !== null) ?? null;
    await upload.start(place);
    expect(upload.state().phase).toBe('completed');
    expect(place.bytes.equals(bytes)).toBe(true);
  });

  it('is sent again where the store has lost parts before it was complete', async () => {
    const place = new Place();
    const lost = new Problem({ status: 409, code: 'upload.parts_missing', detail: '', remedy: null, requestId: null });
    place.refuse = (what) => {
      if (what !== 'complete' || place.sent.length > 4) return null;
      place.stored.delete(1);
      return lost;
    };
    const upload = uploadOf(fileOf(bytes), place);
    await upload.start(place);
    expect(upload.state().phase).toBe('completed');
    expect(place.bytes.equals(bytes)).toBe(true);
  });

  it.each([
    ['a refusal', new Problem({ status: 413, code: 'upload.too_many', detail: '', remedy: 'Wait.', requestId: null })],
    [
      'a token that is no longer good',
      new Problem({ status: 401, code: 'auth.invalid_token', detail: '', remedy: null, requestId: null }),
    ],
  ])('fails of %s at once, and can be tried again', async (_what, error) => {
    const place = new Place();
    place.refuse = times(1, /^start/, error);
    const upload = uploadOf(fileOf(bytes), place);
    await upload.start(place);
    expect(upload.state()).toMatchObject({ phase: 'failed', error: { code: error.code } });
    await upload.start(place);
    expect(upload.state().phase).toBe('completed');
  });

  it('fails in the gateway’s words when the upload ended by itself', async () => {
    const place = new Place();
    place.endsAs = 'failed';
    const upload = uploadOf(fileOf(bytes), place);
    await upload.start(place);
    expect(upload.state().error).toBeInstanceOf(UploadEndedError);
  });

  it('is given up, and nothing of it stays', async () => {
    const place = new Place();
    const upload = uploadOf(fileOf(bytes), place);
    place.refuse = times(100, /^put 4/, new StoreRefusalError(400, 'No'));
    await upload.start(place);
    await upload.abandon();
    expect([place.upload, place.stored.size]).toEqual([null, 0]);
    await upload.abandon();
  });
});
