import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { ExportAwayError, ExportFaultyError } from './export-errors.ts';

/** Where a locked disk is read. */
export interface ExportAccess {
  readonly url: string;
  /** Bearer of the rights; never logged. */
  readonly token: string;
}

export interface ExportRequest {
  readonly agent: Agent;
  readonly access: ExportAccess;
  readonly path: 'map' | 'data';
  /** Of `data`. */
  readonly range?: { readonly offset: number; readonly length: number };
  /** Milliseconds without a byte after which the connection is given up. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

/** Statuses of an export that is not here any more, or not under this token. */
const AWAY = new Set([401, 403, 404, 410, 502, 503, 504]);

/**
 * Sends a request and answers its reply, whose body is still to come: all of the map, or the range that was asked for
 * and no other. @throws ExportAwayError | ExportFaultyError
 */
export async function askExport(request: ExportRequest): Promise<IncomingMessage> {
  const reply = await send(request);
  try {
    requireWanted(reply, request.range);
    return reply;
  } catch (error) {
    reply.destroy();
    throw error;
  }
}

function send({ agent, access, path, range, patience, signal }: ExportRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = {
    authorization: `Bearer ${access.token}`,
    ...(range && { range: `bytes=${range.offset}-${range.offset + range.length - 1}` }),
  };
  const sent = httpRequest(`${access.url.replace(/\/$/, '')}/${path}`, { agent, headers, signal, timeout: patience });
  sent.on('response', resolve);
  sent.on('timeout', () => sent.destroy(new Error(`nothing came for ${patience} ms`)));
  sent.on('error', (error) => {
    reject(signal.aborted ? (signal.reason as Error) : new ExportAwayError(error.message, { cause: error }));
  });
  sent.end();
  return promise;
}

function requireWanted({ statusCode = 0, headers }: IncomingMessage, range: ExportRequest['range']): void {
  if (AWAY.has(statusCode)) throw new ExportAwayError(`The export answers ${statusCode}`);
  if (range === undefined) {
    if (statusCode !== 200) throw new ExportFaultyError(`The export answers ${statusCode}`);
    return;
  }
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(headers['content-range'] ?? '') ?? [];
  const isWanted = Number(first) === range.offset && Number(last) < range.offset + range.length;
  if (statusCode !== 206 || !isWanted) {
    throw new ExportFaultyError(`The export answers ${statusCode} and another range than the one asked for`);
  }
}
