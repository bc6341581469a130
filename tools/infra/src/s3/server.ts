import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { authenticate } from './authenticate.ts';
import { addBucket } from './buckets.ts';
import { handleCors } from './cors.ts';
import type { Disk } from './disk.ts';
import { S3Error } from './errors.ts';
import type { S3ErrorCode } from './errors.ts';
import { errorDocument, parseTarget, sendError } from './exchange.ts';
import { LocalDisk } from './local-disk.ts';
import { route } from './router.ts';
import type { AccessKey } from './state.ts';
import { Store } from './store.ts';

/** A connection that moves no byte for this long is dropped. */
const IDLE_SOCKET_MS = 120_000;
/** Longer than clients keep a socket, so that it is the client who closes first. */
const KEEP_ALIVE_MS = 75_000;
const CLOSE_GRACE_MS = 5_000;

export interface S3ServerOptions {
  /** Data directory; created when missing, owned by one server at a time. */
  readonly directory: string;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly region?: string;
  /** The administrator; stored like every key, so a later start may bring another secret. */
  readonly adminKey: { readonly access_key: string; readonly secret_key: string };
  /** False: without fsync, for data that nobody needs after a power failure. Default true. */
  readonly durable?: boolean;
  /** What stands between the server and its disk. Default: nothing. */
  readonly disk?: Disk;
}

export interface S3Server {
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** Adds or replaces an access key; it survives restarts. */
  addKey(key: AccessKey): Promise<void>;
  /** Does nothing when the bucket exists. */
  createBucket(bucket: string): Promise<void>;
  /** Stops listening, gives running requests 5 seconds, and frees the directory. */
  close(): Promise<void>;
}

/**
 * An S3 server for one machine: development, tests, demonstrations and small installations. One process, one disk, no
 * replication, no versioning, metadata in memory; path-style addresses only. What it does serve (objects, ranges,
 * conditions, multipart, copies, listing, signatures, checksums) behaves as a client of S3 expects. An acknowledged
 * object survives a kill of the process and a power failure; larger needs want a real object store.
 */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { directory, durable = true, disk = new LocalDisk({ durable }) } = options;
  const store = await Store.open(directory, disk);
  try {
    const region = options.region ?? 'us-east-1';
    await store.commit({ op: 'set_key', key: { ...options.adminKey, buckets: '*' } });
    const host = options.host ?? '127.0.0.1';
    let endpoint = '';
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      void serve({ store, region, endpoint }, request, response);
    };
    const http = createServer({
      highWaterMark: 1 << 20,
      requestTimeout: 0,
      noDelay: true,
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
    http.on('request', handle).on('checkContinue', handle).on('clientError', refuseUnreadable);
    http.setTimeout(IDLE_SOCKET_MS);
    const port = await listen(http, host, options.port ?? 0);
    endpoint = `http://${host}:${port}`;
    return {
      endpoint,
      port,
      region,
      addKey: (key) => store.commit({ op: 'set_key', key }),
      createBucket: async (bucket) => {
        await (store.state.buckets.has(bucket) ? store.settled() : addBucket(store, bucket));
      },
      close: async () => {
        await closeHttp(http);
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Service {
  readonly store: Store;
  readonly region: string;
  readonly endpoint: string;
}

async function serve(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('x-amz-request-id', randomBytes(8).toString('hex').toUpperCase());
  response.setHeader('server', 'imago-s3');
  response.on('error', () => undefined); // the client left; the operation sees `destroyed`
  answering.add(request.socket);
  response.on('close', () => answering.delete(request.socket));
  try {
    if (handleCors(request, response)) return;
    const target = parseTarget(request.url ?? '/');
    const { region, store } = service;
    const auth = authenticate(request, target, { region, keys: store.state.accessKeys });
    const { query, bucket, key } = target;
    await route({ store, region, endpoint: service.endpoint, request, response, query, auth, bucket, key });
  } catch (error) {
    if (request.destroyed && !request.complete) response.destroy();
    else sendError({ request, response }, asS3Error(error));
  }
}

/** Connections on which an answer is under way: nothing else may be written to them. */
const answering = new WeakSet<Duplex>();

/** What is no HTTP, or too much of it, never becomes a request. Such a connection cannot be read any further. */
function refuseUnreadable(fault: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || answering.has(socket) || fault.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const codes: Record<string, S3ErrorCode> = {
    HPE_HEADER_OVERFLOW: 'RequestHeaderSectionTooLarge',
    ERR_HTTP_REQUEST_TIMEOUT: 'RequestTimeout',
  };
  const error = new S3Error(codes[fault.code ?? ''] ?? 'BadRequest');
  const body = errorDocument(error, { resource: '', requestId: '' });
  const head = ['HTTP/1.1 400 Bad Request', 'Connection: close', 'Content-Type: application/xml'];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));
}

function asS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  console.error('s3: request failed', error);
  return new S3Error('InternalError');
}

function listen(http: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

async function closeHttp(http: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    http.close(() => {
      resolve();
    });
  });
  http.closeIdleConnections();
  const deadline = setTimeout(() => {
    http.closeAllConnections();
  }, CLOSE_GRACE_MS);
  await closed;
  clearTimeout(deadline);
}
