import {
  Agent,
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is asked of a store. */
export type S3Action =
  | 'head'
  | 'read'
  | 'put'
  | 'create_upload'
  | 'upload_part'
  | 'copy_part'
  | 'list_parts'
  | 'complete_upload'
  | 'abort_upload'
  | 'other';

/** One call of the store, as it came to the gate. */
export interface S3Call {
  readonly action: S3Action;
  readonly bucket: string;
  readonly key: string;
  readonly partNumber: number | null;
}

type Matches = (call: S3Call) => boolean;
type Refuses = (call: S3Call) => boolean | Promise<boolean>;

/** Calls that are kept waiting. */
export interface Held {
  /** Resolves with the first call that waits. */
  readonly arrived: Promise<S3Call>;
  /** Lets them go on, and those that come later. */
  release(): void;
}

interface Rule {
  readonly matches: Matches;
  readonly when: 'before' | 'after';
  readonly meet: (call: S3Call) => Promise<void>;
}

/**
 * A door in front of a store: says what went through it, keeps calls waiting before they reach the store or before
 * their answer leaves it, answers in the store's place, and can be shut for good.
 */
export class S3Gate {
  /** What reached the store, in order. */
  readonly passed: S3Call[] = [];
  readonly endpoint: string;
  readonly #server: Server;
  readonly #target: URL;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #rules = new Set<Rule>();
  #refuses: Refuses = () => false;
  #refusal = 503;
  #isShut = false;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    const { port } = server.address() as AddressInfo;
    this.endpoint = `http://127.0.0.1:${port}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async open(target: string): Promise<S3Gate> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new S3Gate(server, new URL(target));
  }

  /** How often the store was asked this. */
  count(action: S3Action, matches: Matches = () => true): number {
    return this.passed.filter((call) => call.action === action && matches(call)).length;
  }

  /** Keeps calls waiting: `before` they reach the store, or `after` it has done them, with the answer lost so far. */
  hold(matches: Matches, when: 'before' | 'after' = 'before'): Held {
    const arrived = Promise.withResolvers<S3Call>();
    const released = Promise.withResolvers<undefined>();
    const rule: Rule = {
      matches,
      when,
      meet: async (call) => {
        arrived.resolve(call);
        await released.promise;
      },
    };
    this.#rules.add(rule);
    return {
      arrived: arrived.promise,
      release: () => {
        this.#rules.delete(rule);
        released.resolve(undefined);
      },
    };
  }

  /** Answers these with 503 in the store's place, as a store that is away. */
  refuse(matches: Refuses): void {
    this.answer(matches, 503);
  }

  /** Answers these with a status and nothing more in the store's place. */
  answer(matches: Refuses, status: number): void {
    this.#refuses = matches;
    this.#refusal = status;
  }

  /** Nothing gets through any more, in neither direction. */
  shut(): void {
    this.#isShut = true;
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.shut();
    this.#agent.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = callOf(request);
    await this.#meet(call, 'before');
    if (this.#isShut) {
      response.destroy();
      return;
    }
    if (await this.#refuses(call)) {
      request.resume();
      response.writeHead(this.#refusal, { 'content-length': 0 }).end();
      return;
    }
    const answer = await this.#forward(request);
    this.passed.push(call);
    await this.#meet(call, 'after');
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.on('error', () => response.destroy()).pipe(response);
    response.on('close', () => answer.destroy());
  }

  async #meet(call: S3Call, when: Rule['when']): Promise<void> {
    for (const rule of this.#rules) if (rule.when === when && rule.matches(call)) await rule.meet(call);
  }

  /** The signature covers the host as the client knew it, so every header goes on as it came. */
  #forward(request: IncomingMessage): Promise<IncomingMessage> {
    return new Promise((answered, failed) => {
      const forwarded = httpRequest(
        {
          host: this.#target.hostname,
          port: this.#target.port,
          method: request.method,
          path: request.url,
          headers: request.headers,
          agent: this.#agent,
        },
        answered,
      );
      forwarded.on('error', failed);
      request.on('error', failed).pipe(forwarded);
    });
  }
}

function callOf(request: IncomingMessage): S3Call {
  const url = new URL(request.url ?? '/', 'http://store');
  const [bucket = '', ...key] = decodeURIComponent(url.pathname).slice(1).split('/');
  const number = url.searchParams.get('partNumber');
  return {
    action: actionOf(request, key.length > 0, url.searchParams),
    bucket,
    key: key.join('/'),
    partNumber: number === null ? null : Number(number),
  };
}

function actionOf({ method, headers }: IncomingMessage, hasKey: boolean, query: URLSearchParams): S3Action {
  if (!hasKey) return 'other';
  const ofUpload = query.has('uploadId');
  switch (method) {
    case 'HEAD':
      return 'head';
    case 'GET':
      return ofUpload ? 'list_parts' : 'read';
    case 'PUT':
      if (ofUpload && 'x-amz-copy-source' in headers) return 'copy_part';
      return ofUpload ? 'upload_part' : 'put';
    case 'POST':
      return ofUpload ? 'complete_upload' : 'create_upload';
    case 'DELETE':
      return ofUpload ? 'abort_upload' : 'other';
    default:
      return 'other';
  }
}
