import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { type ErrorCode, refusal } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';

const MIB = 2 ** 20;
const OCTETS = 'application/octet-stream';
let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
afterEach(() => {
  const { uploads } = gateway;
  Object.assign(uploads, { maximum: 2 ** 40, leaseSeconds: 30, refuseOpening: null, refuseFinishing: null });
});

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
}

/** An upload whose body a test writes as it likes: chunked, unless it says its length. */
class Sender {
  readonly image_id = randomUUID();
  readonly answer: Promise<Answer>;
  readonly sent: ClientRequest;

  private constructor(path: (imageId: string) => string, headers: Readonly<Record<string, string>>) {
    const { hostname: host, port } = new URL(gateway.base);
    this.sent = request({ host, port, method: 'PUT', path: path(this.image_id), headers });
    this.answer = this.#answered();
    this.answer.catch(() => undefined);
  }

  static async open(headers: Readonly<Record<string, string>> = {}, prefix = ''): Promise<Sender> {
    const token = await gateway.tokenOf('alice');
    const path = (imageId: string): string => `${prefix}/v2/images/${imageId}/file`;
    return new Sender(path, { 'x-auth-token': token, 'content-type': OCTETS, ...headers });
  }

  async write(bytes: Buffer): Promise<void> {
    if (!this.sent.write(bytes)) await once(this.sent, 'drain');
  }

  end(): Promise<Answer> {
    this.sent.end();
    return this.answer;
  }

  /** What import was asked for this image. */
  get opened() {
    return gateway.uploads.opened.find((each) => each.image_id === this.image_id);
  }

  get finished() {
    return gateway.uploads.finished.find((each) => each.upload_session_id === this.opened?.upload_session_id);
  }

  get abandoned() {
    return gateway.uploads.abandoned.find((each) => each.upload_session_id === this.opened?.upload_session_id);
  }

  async #answered(): Promise<Answer> {
    const [response] = (await once(this.sent, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    const code = response.headers['x-imago-error-code'];
    const text = Buffer.concat(chunks).toString();
    return { status: response.statusCode ?? 0, code: typeof code === 'string' ? code : undefined, text };
  }
}

async function upload(content: Buffer, headers: Readonly<Record<string, string>> = {}): Promise<[Answer, Sender]> {
  const sender = await Sender.open(headers);
  for (let at = 0; at < content.length; at += 65_536) await sender.write(content.subarray(at, at + 65_536));
  return [await sender.end(), sender];
}

describe('an upload', () => {
  it.each([
    ['of one byte, chunked', 1, false],
    ['of several parts, chunked', 12 * MIB + 345, false],
    ['of several parts, with its length', 12 * MIB + 345, true],
  ])(
    '%s, is stored as it came, with the hashes clients compare, and shown before it is answered',
    async (_n, size, isKnown) => {
      const content = randomBytes(size);
      const [answer, sender] = await upload(content, isKnown ? { 'content-length': String(size) } : {});
      expect(answer).toEqual({ status: 204, code: undefined, text: '' });
      expect(sender.opened).toMatchObject({ size: isKnown ? String(size) : null, region: 'region-1' });
      expect(sender.finished).toMatchObject({
        size: String(size),
        checksum: createHash('md5').update(content).digest('hex'),
        os_hash_value: createHash('sha512').update(content).digest('hex'),
      });
      const { key = '', upload_session_id } = sender.opened ?? {};
      expect((await gateway.store.read(key, { length: size })).equals(content)).toBe(true);
      expect(gateway.uploads.confirmed).toContain(upload_session_id);
      expect(sender.abandoned).toBeUndefined();
    },
  );

  it('goes to the region its path names', async () => {
    const sender = await Sender.open({}, '/regions/region-2');
    await sender.write(Buffer.alloc(512));
    expect((await sender.end()).status).toBe(204);
    expect(sender.opened?.region).toBe('region-2');
  });

  it('is only taken as application/octet-stream, whatever its body', async () => {
    for (const type of ['application/json', 'text/plain', 'application/octet-streams', '']) {
      const sender = await Sender.open({ 'content-type': type });
      await sender.write(Buffer.from('{"not": json'));
      expect(await sender.end()).toMatchObject({ status: 415, code: 'upload.media_type' });
      expect(sender.opened).toBeUndefined();
    }
  });

  it('needs a token, and an id that is one', async () => {
    const anonymous = await Sender.open({ 'x-auth-token': '' });
    await anonymous.write(Buffer.alloc(512));
    expect((await anonymous.end()).status).toBe(401);
    const headers = { 'content-type': OCTETS };
    const unnamed = await gateway.ask('/v2/images/some-name/file', 'alice', { method: 'PUT', headers, body: 'x' });
    expect(unnamed.status).toBe(404);
  });

  it('has as many bytes as are announced: else 400, at once where that can be known', async () => {
    const announcing = (size: string) => ({ 'x-openstack-image-size': size });
    const [exact] = await upload(Buffer.alloc(1024), announcing('1024'));
    expect(exact.status).toBe(204);
    const [short, shortSender] = await upload(Buffer.alloc(1024), announcing('1025'));
    expect(short).toMatchObject({ status: 400, code: 'upload.size_mismatch' });
    expect(shortSender.abandoned?.error).toMatchObject({ code: 'upload.size_mismatch' });
    const [long] = await upload(Buffer.alloc(1024), announcing('1023'));
    expect(long).toMatchObject({ status: 400, code: 'upload.size_mismatch' });
    const [both, bothSender] = await upload(Buffer.alloc(2), { ...announcing('3'), 'content-length': '2' });
    expect([both.status, bothSender.opened]).toEqual([400, undefined]);
    const [unreadable] = await upload(Buffer.alloc(2), announcing('two'));
    expect(unreadable).toMatchObject({ status: 400, code: 'request.invalid' });
  });

  it('is stopped at the limit, and told so while it is still being sent', async () => {
    gateway.uploads.maximum = 6 * MIB;
    const sender = await Sender.open();
    for (let sent = 0; sent < 8 * MIB; sent += MIB) await sender.write(Buffer.alloc(MIB));
    expect(await sender.answer).toMatchObject({ status: 413, code: 'upload.too_large' });
    expect(sender.abandoned?.error).toMatchObject({ code: 'upload.too_large' });
    sender.sent.destroy();
  });

  it.each<[ErrorCode, number]>([
    ['image.not_found', 404],
    ['auth.forbidden', 403],
    ['image.format_missing', 400],
    ['image.wrong_state', 409],
    ['image.format_unsupported', 415],
    ['upload.too_large', 413],
  ])('is refused before it begins as import says: %s is %i', async (code, status) => {
    gateway.uploads.refuseOpening = refusal(code, 'So it is.');
    const [answer, sender] = await upload(Buffer.alloc(MIB));
    expect(answer).toMatchObject({ status, code });
    expect(sender.abandoned).toBeUndefined();
  });

  it.each<[ErrorCode, number]>([
    ['image.format_mismatch', 415],
    ['upload.gone', 410],
    ['upload.incomplete', 503],
  ])('is refused at its end as import says, and given back: %s is %i', async (code, status) => {
    gateway.uploads.refuseFinishing = refusal(code, 'So it is.');
    const [answer, sender] = await upload(Buffer.alloc(MIB));
    expect(answer).toMatchObject({ status, code });
    expect(sender.abandoned?.error).toMatchObject({ code });
    expect(gateway.uploads.confirmed).toContain(sender.opened?.upload_session_id);
  });

  it('that its client cuts is given back with that reason', async () => {
    const sender = await Sender.open();
    await sender.write(Buffer.alloc(MIB));
    await eventually(() => {
      expect(sender.opened).toBeDefined();
    });
    sender.sent.destroy();
    await eventually(() => {
      expect(sender.abandoned?.error).toMatchObject({ code: 'upload.cut' });
    });
    expect(sender.finished).toBeUndefined();
  });

  it('ends with 410 when its image is deleted meanwhile, at the word of import or of the store', async () => {
    gateway.uploads.leaseSeconds = 1;
    const told = await Sender.open();
    await told.write(Buffer.alloc(MIB));
    await eventually(() => {
      expect(told.opened).toBeDefined();
    });
    gateway.uploads.gone.add(told.opened?.upload_session_id ?? '');
    expect(await untilAnswered(told)).toMatchObject({ status: 410, code: 'upload.gone' });
    gateway.uploads.leaseSeconds = 30;
    const swept = await Sender.open();
    await swept.write(Buffer.alloc(MIB));
    await eventually(() => {
      expect(swept.opened).toBeDefined();
    });
    const { key = '', upload_id = '' } = swept.opened ?? {};
    await gateway.store.abortMultipart({ key, upload_id });
    await swept.write(Buffer.alloc(6 * MIB));
    expect(await swept.end()).toMatchObject({ status: 410, code: 'upload.gone' });
  });
});

/** Goes on sending, byte by byte, until there is an answer. */
async function untilAnswered(sender: Sender): Promise<Answer> {
  let answer: Answer | undefined;
  void sender.answer.then((said) => (answer = said));
  while (answer === undefined) {
    sender.sent.write(Buffer.alloc(1));
    await turn();
  }
  sender.sent.destroy();
  return answer;
}
