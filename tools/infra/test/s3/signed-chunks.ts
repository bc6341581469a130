import { createHash, createHmac } from 'node:crypto';
import type { S3UnderTest } from './s3-under-test.ts';
import type { RawRequest } from './raw-exchange.ts';
import { signedHeaders } from './signed-request.ts';

const EMPTY = sha256('');

/** A PUT whose chunks are each signed, as the SDKs of other languages send it; `forge` may change a chunk's bytes after it was signed. */
export async function putInSignedChunks(
  server: S3UnderTest,
  path: string,
  chunks: readonly string[],
  forge: (chunk: string, index: number) => string = (chunk) => chunk,
): Promise<RawRequest> {
  const request = {
    method: 'PUT',
    path,
    payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    headers: { 'x-amz-decoded-content-length': String(chunks.join('').length) },
    signingDate: new Date(),
  };
  const headers = await signedHeaders(server, request);
  const timestamp = headers['x-amz-date'] ?? '';
  const scope = [timestamp.slice(0, 8), server.region, 's3', 'aws4_request'];
  const key = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${server.owner.secretAccessKey}`));
  let previous = /Signature=([0-9a-f]{64})/.exec(headers['authorization'] ?? '')?.[1] ?? '';
  const framed = [...chunks, ''].map((chunk, index) => {
    const text = ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scope.join('/'), previous, EMPTY, sha256(chunk)].join('\n');
    previous = hmac(key, text).toString('hex');
    return `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${forge(chunk, index)}\r\n`;
  });
  return { ...request, body: framed.join('') };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
