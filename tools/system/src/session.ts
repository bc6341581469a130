import { setTimeout as delay } from 'node:timers/promises';
import type { JobOnBoard } from '@imago/contracts';
import type { InstallationUser } from './installation.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface JobWatch {
  /** Where the job is: `/regions/<region>`, nothing in the default region. */
  readonly prefix?: string;
  readonly tell?: (job: JobOnBoard) => void;
  readonly signal?: AbortSignal;
}

/** Milliseconds an answer may take, and between two looks at a job. */
const PATIENCE = 60_000;
const LOOK = 250;

/** Who logs in. A project without an id is meant by its name. */
export interface Account {
  readonly name: string;
  readonly password: string;
  readonly project: string;
  readonly project_id?: string;
}

/** Somebody who is logged in, doing over HTTP what any client does. */
export class Session<User extends Account = InstallationUser> {
  readonly user: User;
  readonly #gateway: string;
  readonly #token: string;

  constructor(gateway: string, user: User, token: string) {
    this.#gateway = gateway;
    this.user = user;
    this.#token = token;
  }

  get token(): string {
    return this.#token;
  }

  /** The answer as it comes, its body unread. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('x-auth-token', this.#token);
    return fetch(this.#gateway + path, { ...init, headers });
  }

  /** The answer whatever its status. */
  async ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await this.fetch(path, {
      method,
      signal: AbortSignal.timeout(PATIENCE),
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true; // errors of /v2 are pages
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  /**
   * The answer to what must succeed.
   * @throws Error with what the gateway said.
   */
  async need<T>(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<T> {
    const answer = await this.ask(method, path, body, headers);
    if (answer.status < 300) return answer.body as T;
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  /**
   * Waits until a job has ended, telling how it stands.
   * @throws Error with the job's own reason when it did not succeed, and the signal's reason.
   */
  async jobSucceeded(id: string, { prefix = '', tell, signal }: JobWatch = {}): Promise<JobOnBoard> {
    for (;;) {
      signal?.throwIfAborted();
      const job = await this.need<JobOnBoard>('GET', `${prefix}/v1/jobs/${id}`);
      tell?.(job);
      if (job.state === 'succeeded') return job;
      if (job.finished_at !== null) {
        throw new Error(
          `The ${job.type} ${job.state}: ${job.error?.message ?? 'no reason given'} ${job.error?.remedy ?? ''}`,
        );
      }
      await delay(LOOK);
    }
  }
}

/** Logs in as OpenStack clients do. */
export async function logIn<User extends Account>(gateway: string, user: User): Promise<Session<User>> {
  const domain = { id: 'default' };
  const project = user.project_id === undefined ? { name: user.project, domain } : { id: user.project_id };
  const password = { user: { name: user.name, domain, password: user.password } };
  const response = await fetch(`${gateway}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: { methods: ['password'], password },
        scope: { project },
      },
    }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const token = response.headers.get('x-subject-token');
  if (token === null) throw new Error(`${user.name} cannot log in: ${response.status} ${await response.text()}`);
  return new Session(gateway, user, token);
}
