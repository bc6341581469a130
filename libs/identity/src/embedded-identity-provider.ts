import { createHash, randomBytes } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { z } from 'zod';
import {
  type AuthRequest,
  type ByIdOrName,
  IdentityProvider,
  type Named,
  type VerifiedToken,
} from './identity-provider.ts';
import { hashPassword } from './password.ts';
import { PasswordChecks } from './password-checks.ts';
import { withImplied } from './roles.ts';
import { openText, signText } from './signed-text.ts';
import type { EmbeddedUser } from './users-file.ts';

export interface EmbeddedIdentityOptions {
  readonly users: readonly EmbeddedUser[];
  /** Hexadecimal, at least 32 bytes. Another key makes every token worthless. */
  readonly token_key: string;
  /** Seconds a token lives. */
  readonly token_ttl: number;
}

/** The content of a token. Roles are not in it: taking one away in the file takes effect at once. */
const claims = z.object({
  user_id: z.string(),
  /** Of the password hash: a changed password makes the older tokens worthless. */
  fingerprint: z.string(),
  methods: z.array(z.string()),
  audit_ids: z.array(z.string()).min(1),
  /** Milliseconds since 1970. */
  issued_at: z.int(),
  expires_at: z.int(),
});
type Claims = z.output<typeof claims>;

/** Longer texts are not worth a hash; ours are about 350 characters. */
const LONGEST_TOKEN = 2048;

/**
 * Identity without an identity service: users in a file, tokens that carry their own proof. A user belongs to one
 * project, so every token is scoped to it. Revoked tokens are remembered by this process until they expire.
 */
export class EmbeddedIdentityProvider extends IdentityProvider {
  readonly #options: EmbeddedIdentityOptions;
  readonly #usersById: ReadonlyMap<string, EmbeddedUser>;
  readonly #revoked = new Map<string, number>();
  readonly #passwords = new PasswordChecks();
  /** Checked for unknown names, so that the time of an answer does not tell which names exist. */
  readonly #nobody = hashPassword(randomBytes(16).toString('hex'));

  constructor(options: EmbeddedIdentityOptions) {
    super();
    this.#options = options;
    this.#usersById = new Map(options.users.map((user) => [user.id, user]));
  }

  challenge(base: string): string {
    return `Keystone uri="${base}/v3"`;
  }

  /** @throws Refusal auth.invalid_credentials, auth.invalid_token, service.unavailable */
  async issue(request: AuthRequest): Promise<VerifiedToken> {
    const issued = request.method === 'password' ? await this.#byPassword(request) : await this.#byToken(request.token);
    const user = this.#userOf(issued);
    if (user === undefined || !isProjectOf(user, request.project)) throw badCredentials();
    return describeToken(signText(issued, 'imago.token.v1', this.#options.token_key), issued, user);
  }

  async verify(token: string): Promise<VerifiedToken> {
    const opened = this.#open(token);
    const user = opened === null ? undefined : this.#userOf(opened);
    // A promise although nothing is waited for: other providers ask a server.
    if (opened === null || user === undefined) return Promise.reject(badToken());
    return Promise.resolve(describeToken(token, opened, user));
  }

  hasProject(projectId: string): Promise<boolean> {
    return Promise.resolve(this.#options.users.some(({ project }) => project.id === projectId));
  }

  /** Makes a token worthless before it expires. @throws Refusal auth.invalid_token when it already is. */
  async revoke(token: string): Promise<void> {
    const { audit_ids: auditIds, expires_at: expiresAt } = await this.verify(token);
    const now = Date.now();
    for (const [id, expiry] of this.#revoked) if (expiry <= now) this.#revoked.delete(id);
    this.#revoked.set(auditIds[0] ?? '', expiresAt.getTime());
  }

  async #byPassword(request: AuthRequest & { method: 'password' }): Promise<Claims> {
    const user = this.#options.users.find((each) => isNamed(each, each.domain, request.user));
    // Nor whether a password is right that is refused for its project: what is right is told sooner the second time.
    const isTheirs = user !== undefined && isProjectOf(user, request.project);
    const hash = isTheirs ? user.password_scrypt : await this.#nobody;
    const isRight = await this.#passwords.isRight(request.password, hash);
    if (user === undefined || !isRight) throw badCredentials();
    const now = Date.now();
    return {
      user_id: user.id,
      fingerprint: fingerprint(user),
      methods: ['password'],
      audit_ids: [newAuditId()],
      issued_at: now,
      expires_at: now + this.#options.token_ttl * 1000,
    };
  }

  /** A token made from a token never outlives it, or a stolen one would live for ever. */
  async #byToken(token: string): Promise<Claims> {
    const parent = this.#open(token);
    if (parent === null || this.#userOf(parent) === undefined) return Promise.reject(badToken());
    const origin = parent.audit_ids.at(-1) ?? newAuditId();
    return {
      ...parent,
      methods: [...new Set(['token', ...parent.methods])],
      audit_ids: [newAuditId(), origin],
      issued_at: Date.now(),
    };
  }

  #open(token: string): Claims | null {
    if (token.length > LONGEST_TOKEN) return null;
    const opened = claims.safeParse(openText(token, 'imago.token.v1', this.#options.token_key));
    if (!opened.success || opened.data.expires_at <= Date.now()) return null;
    return opened.data.audit_ids.some((id) => this.#revoked.has(id)) ? null : opened.data;
  }

  #userOf(opened: Claims): EmbeddedUser | undefined {
    const user = this.#usersById.get(opened.user_id);
    return user !== undefined && fingerprint(user) === opened.fingerprint ? user : undefined;
  }
}

function describeToken(token: string, opened: Claims, user: EmbeddedUser): VerifiedToken {
  const domain = domainOf(user);
  return {
    token,
    user: { id: user.id, name: user.name, domain },
    project: { ...user.project, domain },
    roles: withImplied(user.roles),
    methods: opened.methods,
    issued_at: new Date(opened.issued_at),
    expires_at: new Date(opened.expires_at),
    audit_ids: opened.audit_ids,
  };
}

/** Domains are only names here; their ids are those names in lower case, as Keystone's `default` is for `Default`. */
function domainOf(user: EmbeddedUser): Named {
  return { id: user.domain.toLowerCase(), name: user.domain };
}

function isProjectOf(user: EmbeddedUser, project: ByIdOrName | null): boolean {
  return project === null || isNamed(user.project, user.domain, project);
}

function isNamed(thing: Named, domain: string, by: ByIdOrName): boolean {
  if ('id' in by) return thing.id === by.id;
  const named = by.domain ?? { id: 'default' };
  const isDomain = 'id' in named ? domain.toLowerCase() === named.id : domain === named.name;
  return isDomain && thing.name === by.name;
}

function fingerprint(user: EmbeddedUser): string {
  return createHash('sha256').update(user.password_scrypt).digest('base64url').slice(0, 16);
}

function newAuditId(): string {
  return randomBytes(16).toString('base64url');
}

function badCredentials(): Error {
  return refusal('auth.invalid_credentials', 'The user, the password or the project is not right.');
}

function badToken(): Error {
  return refusal('auth.invalid_token', 'The token is not valid or has expired.');
}
