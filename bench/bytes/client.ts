import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request, type RequestOptions } from 'node:http';

/** Bytes of one write. */
const PIECE = 256 * 1024;

/** Sends the bytes, over and over until there are `size`, as fast as the server takes them. Answers seconds. */
export async function put(url: string, headers: Record<string, string>, bytes: Buffer, size: number): Promise<number> {
  const started = performance.now();
  const sent = open(url, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/octet-stream', 'content-length': String(size) },
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  for (let at = 0; at < size; at += PIECE) {
    const from = at % bytes.length;
    if (!sent.write(bytes.subarray(from, from + Math.min(PIECE, size - at)))) await once(sent, 'drain');
  }
  sent.end();
  const [response] = await answered;
  await discard(response);
  if (response.statusCode !== 204) throw new Error(`PUT ${url}: ${response.statusCode}`);
  return (performance.now() - started) / 1000;
}

/** Reads everything and keeps nothing. Answers seconds. */
export async function get(url: string, headers: Record<string, string>): Promise<number> {
  const started = performance.now();
  const sent = open(url, { method: 'GET', headers });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  await discard(response);
  if (response.statusCode !== 200) throw new Error(`GET ${url}: ${response.statusCode}`);
  return (performance.now() - started) / 1000;
}

function open(url: string, options: RequestOptions): ClientRequest {
  return request(url, { ...options, agent: false });
}

async function discard(response: IncomingMessage): Promise<void> {
  response.on('data', () => undefined);
  await once(response, 'end');
}
