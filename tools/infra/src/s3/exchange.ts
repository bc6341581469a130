import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticated } from './authenticate.ts';
import { S3Error } from './errors.ts';
import type { Store } from './store.ts';
import type { StoredChecksum } from './state.ts';
import type { XmlValue } from './xml.ts';
import { xmlDocument } from './xml.ts';

/** Largest XML or JSON document a request may carry. */
const MAX_DOCUMENT_BYTES = 4 << 20;

/** One authenticated request and its answer, with the server it goes to. */
export interface Exchange {
  readonly store: Store;
  readonly region: string;
  readonly endpoint: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly auth: Authenticated;
  readonly bucket: string;
  readonly key: string;
}

export interface ParsedTarget {
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly bucket: string;
  readonly key: string;
}

/** Splits `/bucket/key?query`. Not through URL: it would resolve `..` and `//`, which are parts of keys. */
export function parseTarget(url: string): ParsedTarget {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const match = /^\/([^/]*)(?:\/(.*))?$/s.exec(path);
  if (!match) throw new S3Error('InvalidURI');
  return { path, query, bucket: decodeUri(match[1] ?? ''), key: decodeUri(match[2] ?? '') };
}

/** A key may use its buckets; what it may not use it does not learn about either. */
export function requireBucketAccess(auth: Authenticated, bucket: string): void {
  const { buckets } = auth.key;
  if (buckets !== '*' && !buckets.includes(bucket)) throw new S3Error('AccessDenied');
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

export function sendXml(response: ServerResponse, root: string, content: XmlValue): void {
  sendDocument(response, 200, xmlDocument(root, content));
}

/** Answers with what the state says now, once the journal says it too. */
export async function sendState({ store, response }: Exchange, root: string, content: XmlValue): Promise<void> {
  await store.settled();
  sendXml(response, root, content);
}

export function sendEmpty(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, status === 204 ? headers : { 'content-length': '0', ...headers }).end();
}

export function sendError(exchange: { request: IncomingMessage; response: ServerResponse }, error: S3Error): void {
  const { request, response } = exchange;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  // A body that was not asked for may come or not: what follows on this connection cannot be told apart.
  if (request.headers.expect !== undefined) response.setHeader('connection', 'close');
  if (request.method === 'HEAD' || error.status === 304) {
    response.writeHead(error.status).end();
    return;
  }
  const requestId = String(response.getHeader('x-amz-request-id') ?? '');
  const [resource = ''] = (request.url ?? '/').split('?', 1);
  sendDocument(response, error.status, errorDocument(error, { resource, requestId }));
}

export function errorDocument(error: S3Error, about: { resource: string; requestId: string }): string {
  const content = { Code: error.code, Message: error.message, Resource: about.resource, RequestId: about.requestId };
  return xmlDocument('Error', content, '');
}

/** Tells a client that waits for it to send the body. What is refused before this costs its headers, not its bytes. */
export function acceptBody({ request, response }: Pick<Exchange, 'request' | 'response'>): void {
  if (request.headers.expect?.toLowerCase() !== '100-continue') return;
  delete request.headers.expect;
  response.writeContinue();
}

/** The whole body of a small request; the caller proves it. */
export async function readDocument({ request, response }: Exchange): Promise<Buffer> {
  acceptBody({ request, response });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_DOCUMENT_BYTES) throw new S3Error('MalformedXML', 'The document is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function checksumHeaders(checksum: StoredChecksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return {
    [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value,
    'x-amz-checksum-type': checksum.type,
  };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function sendDocument(response: ServerResponse, status: number, xml: string): void {
  const body = Buffer.from(xml);
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': String(body.length) }).end(body);
}

/** Throws InvalidURI. */
export function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI');
  }
}
