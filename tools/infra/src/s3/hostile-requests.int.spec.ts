import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openEmbeddedS3 } from '../../test/s3/embedded-s3.ts';
import { requestBytes, send, sendRaw } from '../../test/s3/raw-exchange.ts';
import type { RawRequest } from '../../test/s3/raw-exchange.ts';
import { put, randomKey, read, refusal } from '../../test/s3/s3-under-test.ts';
import type { Suite } from '../../test/s3/s3-under-test.ts';
import { putInSignedChunks } from '../../test/s3/signed-chunks.ts';

let suite: Suite;
let base: string;

beforeAll(async () => {
  const server = await openEmbeddedS3({ maxAttempts: 1 });
  suite = { server, s3: server.client(server.owner), bucket: 'hostile' };
  base = `/${suite.bucket}`;
  await suite.s3.send(new CreateBucketCommand({ Bucket: suite.bucket }));
});
afterAll(() => suite.server.close());

afterEach(async () => {
  await put(suite, 'alive', 'yes');
  expect((await read(suite, 'alive')).toString()).toBe('yes');
});

const ask = (request: RawRequest): Promise<string> => send(suite.server, request);

/** The answer to a PUT that must store nothing. */
async function refusedPut(request: Omit<RawRequest, 'method' | 'path'>): Promise<string> {
  const key = randomKey();
  const answer = await ask({ method: 'PUT', path: `${base}/${key}`, ...request });
  expect(await refusal(read(suite, key))).toBe('404 NoSuchKey');
  return answer;
}

describe('a path that would lead out of the data directory', () => {
  it('is a key like any other', async () => {
    const path = `${base}/../../../../../../tmp/${randomKey()}`;
    expect(await ask({ method: 'PUT', path, body: 'x' })).toBe('200');
    const Prefix = '../../';
    const { Contents } = await suite.s3.send(new ListObjectsV2Command({ Bucket: suite.bucket, Prefix }));
    expect(Contents?.map(({ Key }) => `${base}/${Key ?? ''}`)).toContain(path);
  });

  it('names no bucket', async () => {
    for (const path of ['/..', '/.', '/..%2F..%2Fetc'])
      expect(await ask({ method: 'PUT', path })).toBe('400 InvalidBucketName');
    expect(await ask({ method: 'GET', path: '/../etc/passwd' })).toBe('404 NoSuchBucket');
  });
});

describe('what is hardly HTTP', () => {
  it.each([
    ['bytes of something else', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '400 BadRequest'],
    ['a negative length', 'PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', '400 BadRequest'],
    [
      'two lengths',
      'PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      '400 BadRequest',
    ],
    ['a broken escape', 'GET /b/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '400 InvalidURI'],
    ['no path', 'GET http://x/b/k HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '400 InvalidURI'],
    [
      'huge headers',
      `GET /b/k HTTP/1.1\r\nHost: x\r\nX-Amz-Meta-A: ${'a'.repeat(100_000)}\r\n\r\n`,
      '400 RequestHeaderSectionTooLarge',
    ],
  ])('is refused: %s', async (_what, text, answer) => {
    expect(await sendRaw(suite.server.endpoint, Buffer.from(text, 'latin1'))).toBe(answer);
  });
});

describe('a length that is not true', () => {
  it('refuses a body that does not tell its length', async () => {
    const unsigned = { 'transfer-encoding': 'chunked' };
    const bytes = await requestBytes(suite.server, { method: 'PUT', path: `${base}/k`, unsigned });
    const text = bytes.toString('latin1').replace('content-length: 0\r\n', '');
    expect(await sendRaw(suite.server.endpoint, `${text}1\r\nx\r\n0\r\n\r\n`)).toBe('411 MissingContentLength');
  });

  it('stores nothing of a body that ends early', async () => {
    const key = randomKey();
    const unsigned = { 'content-length': '1000000' };
    const request = { method: 'PUT', path: `${base}/${key}`, body: 'half', unsigned };
    const bytes = await requestBytes(suite.server, request);
    expect(await sendRaw(suite.server.endpoint, bytes, { cutAfterMs: 50 })).toBe('cut');
    expect(await refusal(read(suite, key))).toBe('404 NoSuchKey');
  });

  it('takes no more of a body than was announced', async () => {
    const key = randomKey();
    const request = {
      method: 'PUT',
      path: `${base}/${key}`,
      body: 'four and more',
      unsigned: { 'content-length': '4' },
    };
    await ask(request); // stored, or refused for what follows, as the network cuts it
    const stored = await read(suite, key).then(String, () => 'nothing');
    expect(['four', 'nothing']).toContain(stored);
  });

  it('refuses more than S3 takes at once before it is sent', async () => {
    const unsigned = { 'content-length': String(6 * 1024 ** 3), expect: '100-continue' };
    expect(await refusedPut({ unsigned })).toBe('400 EntityTooLarge');
  });
});

describe('a body that is not what was signed', () => {
  it('is refused by its SHA-256', async () => {
    const payload = createHash('sha256').update('signed').digest('hex');
    expect(await refusedPut({ payload, body: 'forged' })).toBe('400 XAmzContentSHA256Mismatch');
  });

  it('is refused by the signature of one chunk, and taken when all are right', async () => {
    const { server } = suite;
    const [good, bad] = [randomKey(), randomKey()];
    const chunks = ['a'.repeat(70_000), 'b'.repeat(100), 'c'];
    expect(await ask(await putInSignedChunks(server, `${base}/${good}`, chunks))).toBe('200');
    expect((await read(suite, good)).toString()).toBe(chunks.join(''));
    const forge = (chunk: string, index: number): string => (index === 1 ? 'x'.repeat(chunk.length) : chunk);
    const forged = await putInSignedChunks(server, `${base}/${bad}`, chunks, forge);
    expect(await ask(forged)).toBe('403 SignatureDoesNotMatch');
    expect(await refusal(read(suite, bad))).toBe('404 NoSuchKey');
  });

  it('is refused when its last chunk is left out', async () => {
    const key = randomKey();
    const request = await putInSignedChunks(suite.server, `${base}/${key}`, ['whole', 'lost']);
    const body = String(request.body);
    const cut = body.slice(0, body.lastIndexOf('0;chunk-signature'));
    expect(await ask({ ...request, body: cut })).toBe('400 IncompleteBody');
    expect(await refusal(read(suite, key))).toBe('404 NoSuchKey');
  });
});

describe('a body in chunks', () => {
  const trailer = (body: string): string => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return `x-amz-checksum-crc32:${bytes.toString('base64')}`;
  };
  const streaming = (body: string, headers: Record<string, string> = {}): Omit<RawRequest, 'method' | 'path'> => ({
    payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    headers: { 'x-amz-decoded-content-length': '4', 'x-amz-trailer': 'x-amz-checksum-crc32', ...headers },
    body,
  });

  it('is taken when it is in order', async () => {
    const key = randomKey();
    const good = streaming(`4\r\nfour\r\n0\r\n${trailer('four')}\r\n\r\n`);
    expect(await ask({ method: 'PUT', path: `${base}/${key}`, ...good })).toBe('200');
    expect((await read(suite, key)).toString()).toBe('four');
  });

  it.each([
    ['a wrong checksum in the trailer', '4\r\nfour\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', '400 BadDigest'],
    ['no trailer', '4\r\nfour\r\n0\r\n\r\n', '400 InvalidRequest'],
    ['a chunk longer than its size', '3\r\nfour\r\n0\r\n\r\n', '400 InvalidRequest'],
    ['a size that is none', 'zz\r\nfour\r\n0\r\n\r\n', '400 InvalidRequest'],
    ['more than was announced', '5\r\nfive!\r\n0\r\n\r\n', '400 IncompleteBody'],
    ['less than was announced', `1\r\nf\r\n0\r\n${trailer('f')}\r\n\r\n`, '400 IncompleteBody'],
    ['bytes behind its end', `4\r\nfour\r\n0\r\n${trailer('four')}\r\n\r\nmore`, '400 InvalidRequest'],
    ['an endless line', `4;${'x'.repeat(20_000)}`, '400 InvalidRequest'],
    ['endless trailers', `0\r\n${'a:b\r\n'.repeat(20)}\r\n`, '400 InvalidRequest'],
  ])('is refused: %s', async (_what, body, answer) => {
    // Every name of a trailer is taken once, so that the endless ones differ.
    let count = 0;
    const distinct = body.replaceAll('a:b', () => `a${(count += 1)}:b`);
    expect(await refusedPut(streaming(distinct))).toBe(answer);
  });

  it('is refused in an encoding that is not known here', async () => {
    const payload = 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD';
    expect(await refusedPut({ ...streaming('x'), payload })).toBe('501 NotImplemented');
  });
});

describe('a document that is not what it should be', () => {
  const md5 = (body: string): string => createHash('md5').update(body).digest('base64');
  const remove = (body: string): Promise<string> =>
    ask({ method: 'POST', path: base, query: { delete: '' }, body, headers: { 'content-md5': md5(body) } });

  it.each([
    ['nothing', ''],
    ['no XML', 'keys: all'],
    ['cut off', '<Delete><Object><Key>alive</Key>'],
    ['another document', '<CompleteMultipartUpload/>'],
    ['an empty list', '<Delete></Delete>'],
    ['an object without a key', '<Delete><Object/></Delete>'],
    ['a document type', '<!DOCTYPE d [<!ENTITY a "aaaa">]><Delete><Object><Key>&a;</Key></Object></Delete>'],
    ['an unknown entity', '<Delete><Object><Key>&constructor;</Key></Object></Delete>'],
    ['half a character', '<Delete><Object><Key>&#xD800;</Key></Object></Delete>'],
    ['an element closed by another', '<Delete><Object><Key>k</Object></Key></Delete>'],
    ['more than one document', '<Delete><Object><Key>k</Key></Object></Delete><Delete/>'],
    ['endless nesting', '<Delete>'.repeat(200_000)],
    ['more keys than S3 takes', `<Delete>${'<Object><Key>k</Key></Object>'.repeat(1_001)}</Delete>`],
    ['five megabytes', `<Delete><Object><Key>${'k'.repeat(5 << 20)}</Key></Object></Delete>`],
  ])('is refused: %s', async (_what, body) => {
    expect(await remove(body)).toBe('400 MalformedXML');
  });

  it('is refused when it is damaged on the way, or not proven at all', async () => {
    const body = '<Delete><Object><Key>k</Key></Object></Delete>';
    const request = { method: 'POST', path: base, query: { delete: '' }, body };
    expect(await ask({ ...request, headers: { 'content-md5': md5('another') } })).toBe('400 BadDigest');
    expect(await ask(request)).toBe('400 InvalidRequest');
  });
});

describe('a request that asks for what is not served', () => {
  it.each([
    ['an access list', { method: 'GET', path: '/hostile/alive', query: { acl: '' } }, '501 NotImplemented'],
    ['a version', { method: 'GET', path: '/hostile/alive', query: { versionId: 'x' } }, '501 NotImplemented'],
    ['a policy', { method: 'PUT', path: '/hostile', query: { policy: '' } }, '501 NotImplemented'],
    ['a form', { method: 'POST', path: '/hostile' }, '405 MethodNotAllowed'],
    ['an unknown method', { method: 'PATCH', path: '/hostile/k' }, '405 MethodNotAllowed'],
    ['encryption', put_({ 'x-amz-server-side-encryption': 'AES256' }), '501 NotImplemented'],
    ['a public object', put_({ 'x-amz-acl': 'public-read' }), '501 NotImplemented'],
    ['an unheard-of checksum', create({ 'x-amz-checksum-algorithm': 'constructor' }), '400 InvalidRequest'],
    ['a checksum across parts', create({ 'x-amz-checksum-type': 'FULL_OBJECT' }), '501 NotImplemented'],
    ['much metadata', put_({ 'x-amz-meta-a': 'a'.repeat(3_000) }), '400 MetadataTooLarge'],
    ['a copy of nothing', put_({ 'x-amz-copy-source': '%zz' }), '400 InvalidURI'],
    ['a header of its own', get({ 'response-content-type': 'a\r\nset-cookie: b' }), '400 InvalidArgument'],
    ['pages of no size', { method: 'GET', path: '/hostile', query: { 'max-keys': 'many' } }, '400 InvalidArgument'],
  ])('is refused: %s', async (_what, request: RawRequest, answer) => {
    expect(await ask(request)).toBe(answer);
  });

  function put_(headers: Record<string, string>): RawRequest {
    return { method: 'PUT', path: '/hostile/never', headers };
  }
  function get(query: Record<string, string>): RawRequest {
    return { method: 'GET', path: '/hostile/alive', query };
  }
  function create(headers: Record<string, string>): RawRequest {
    return { method: 'POST', path: '/hostile/never', query: { uploads: '' }, headers };
  }
});

describe('a signature', () => {
  it('covers every header that changes what is done', async () => {
    const unsigned = { 'x-amz-copy-source': '/hostile/alive' };
    expect(await ask({ method: 'PUT', path: `${base}/never`, unsigned })).toBe('403 AccessDenied');
  });

  it('is refused when its clock is wrong', async () => {
    const signingDate = new Date(Date.now() - 3_600_000);
    expect(await ask({ method: 'GET', path: `${base}/alive`, signingDate })).toBe('403 RequestTimeTooSkewed');
  });

  it('is refused when it is for another region', async () => {
    const elsewhere = { ...suite.server, region: 'eu-west-1' };
    const answer = await send(elsewhere, { method: 'GET', path: `${base}/alive` });
    expect(answer).toBe('400 AuthorizationHeaderMalformed');
  });

  it.each(['AWS4-HMAC-SHA256 nonsense', 'Basic YTpi', 'AWS a:b', ''])('is refused when it reads %j', async (text) => {
    const unsigned = { authorization: text };
    expect(await ask({ method: 'GET', path: `${base}/alive`, unsigned })).toMatch(/^40[03] A/);
  });

  it("of a tenant does not open the administrator's calls", async () => {
    const { server } = suite;
    const tenant = { ...server, owner: server.confined.credentials };
    const body = JSON.stringify({ secret_key: 'secret-of-mine', buckets: '*' });
    const path = '/_imago/keys/tenant';
    expect(await send(tenant, { method: 'PUT', path, body })).toBe('403 AccessDenied');
    expect(await ask({ method: 'PUT', path, body: '{"buckets": 5}' })).toBe('400 InvalidArgument');
  });
});
