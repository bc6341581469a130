import { refusal } from '@imago/contracts';
import { z } from 'zod';
import { canBeToken, foreignName, foreignProjectId, foreignUserId } from './foreign-ids.ts';
import { IdentityProvider, type VerifiedToken } from './identity-provider.ts';
import { KeystoneSession, type KeystoneSessionOptions } from './keystone-session.ts';
import { type RoleNames, rolesNamed } from './role-names.ts';
import { TokenChecks } from './token-checks.ts';

export interface KeystoneIdentityOptions extends KeystoneSessionOptions {
  /** Where clients find Keystone; they are sent there for tokens. */
  readonly public_url: string;
  /** Seconds that an answer of Keystone is used again, and so that a revoked token may still be taken. */
  readonly cache_seconds: number;
  readonly role_names: RoleNames;
}

const named = z.object({ id: z.string().min(1).max(64), name: foreignName });

/** What Keystone says of a token, as far as it matters here. */
const tokenDocument = z.object({
  token: z.object({
    user: z.object({ id: foreignUserId, name: foreignName, domain: named }),
    /** Tokens that are of no project, but of a domain or the system, have none. */
    project: z.object({ id: foreignProjectId, name: foreignName, domain: named }).optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
    methods: z.array(z.string()).default([]),
    audit_ids: z.array(z.string()).default([]),
    issued_at: z.coerce.date(),
    expires_at: z.coerce.date(),
  }),
});

/**
 * Tokens of an OpenStack Keystone, each shown to it with credentials of our own. Where it is away nobody gets in but with a
 * token that it has just answered for.
 */
export class KeystoneIdentityProvider extends IdentityProvider {
  readonly #options: KeystoneIdentityOptions;
  readonly #session: KeystoneSession;
  readonly #checks: TokenChecks;

  constructor(options: KeystoneIdentityOptions) {
    super();
    this.#options = options;
    this.#session = new KeystoneSession(options);
    this.#checks = new TokenChecks((token) => this.#ask(token), options.cache_seconds);
  }

  async verify(token: string): Promise<VerifiedToken> {
    if (!canBeToken(token)) throw badToken();
    return this.#checks.check(token);
  }

  /** Who validates tokens need not be let to list projects. */
  hasProject(): Promise<boolean> {
    return Promise.resolve(true);
  }

  challenge(): string {
    return `Keystone uri="${this.#options.public_url}"`;
  }

  async #ask(token: string): Promise<Omit<VerifiedToken, 'token'>> {
    const answer = await this.#session.lookAt(token);
    if (answer === null) throw badToken();
    const read = tokenDocument.safeParse(answer);
    if (!read.success) throw refusal('identity.unavailable', 'The identity service answers what is not understood.');
    const { project, roles, ...said } = read.data.token;
    if (project === undefined) throw refusal('auth.no_project', 'The token is good, but of no project.');
    const names = roles.map(({ name }) => name);
    return { ...said, project, roles: rolesNamed(names, this.#options.role_names) };
  }
}

function badToken(): Error {
  return refusal('auth.invalid_token', 'The token is not valid or has expired.');
}
