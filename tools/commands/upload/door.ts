import { setTimeout as delay } from 'node:timers/promises';
import { type Account, type Answer, logIn, type Session } from '@imago/system/session';
import { runningInstallation } from '../run-file.ts';

/** How the gateway says no. */
interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly remedy?: string;
}

/** A request that was refused, in the gateway's own words. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;

  constructor({ status, body }: Answer) {
    const problem: Problem = typeof body === 'object' && body !== null ? body : {};
    super(`${problem.detail ?? `The gateway answered with ${status}.`} ${problem.remedy ?? ''}`);
    this.code = problem.code ?? String(status);
  }
}

/** Tries, and milliseconds before the second one and at most. A service that starts again is back within a minute. */
const TRIES = 10;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** The pause before a try, which others do not make at the same moment. */
export function pauseBefore(attempt: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}

/** The way in: logs in, again when the token has run out, and tries again what may pass. */
export class Door {
  readonly #gateway: string;
  readonly #account: Account;
  readonly #prefix: string;
  readonly #signal: AbortSignal;
  #session: Session<Account> | null = null;

  constructor(
    where: { readonly gateway: string; readonly account: Account; readonly region?: string },
    signal: AbortSignal,
  ) {
    this.#gateway = where.gateway;
    this.#account = where.account;
    this.#prefix = where.region === undefined ? '' : `/regions/${where.region}`;
    this.#signal = signal;
  }

  /**
   * The answer to what must succeed. Everything asked here may be asked twice.
   * @throws Refused, or the error of the last try
   */
  async ask<T>(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      this.#signal.throwIfAborted();
      try {
        const answer = await this.#once(method, path, body, headers);
        if (answer.status < 300) return answer.body as T;
        const isPassing = answer.status >= 500 || answer.status === 429 || answer.status === 401;
        if (!isPassing || attempt === TRIES) throw new Refused(answer);
      } catch (error) {
        if (error instanceof Refused || attempt === TRIES) throw error;
      }
      await delay(pauseBefore(attempt), undefined, { signal: this.#signal }).catch(() => undefined);
    }
  }

  async #once(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer> {
    this.#session ??= await logIn(this.#gateway, this.#account);
    const answer = await this.#session.ask(method, this.#prefix + path, body, headers);
    if (answer.status === 401) this.#session = null;
    return answer;
  }
}

/**
 * Where to, and as whom: what OpenStack's commands read from the environment, else a user of the installation that runs
 * here.
 * @throws Error that says what is missing
 */
export async function whereTo(name: string | undefined): Promise<{ gateway: string; account: Account }> {
  const { OS_AUTH_URL: url, OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME, OS_PROJECT_ID } = process.env;
  if (url !== undefined && name === undefined) {
    if (OS_USERNAME === undefined || OS_PASSWORD === undefined) throw new Error('Set OS_USERNAME and OS_PASSWORD too.');
    const project = OS_PROJECT_ID === undefined ? {} : { project_id: OS_PROJECT_ID };
    const account = { name: OS_USERNAME, password: OS_PASSWORD, project: OS_PROJECT_NAME ?? '', ...project };
    return { gateway: url.replace(/(?:\/identity)?\/v3\/?$/, ''), account };
  }
  const { gateway, users } = await runningInstallation();
  const account = name === undefined ? users[0] : users.find((user) => user.name === name);
  if (account === undefined) throw new Error(`Say as whom: --as ${users.map((user) => user.name).join('|')}`);
  return { gateway, account };
}
