import { refusal } from '@imago/contracts';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { canBeToken, foreignName, foreignProjectId, foreignUserId } from './foreign-ids.ts';
import { IdentityProvider, type VerifiedToken } from './identity-provider.ts';
import { IssuerKeys, type IssuerKeysOptions } from './issuer-keys.ts';
import { type RoleNames, rolesNamed } from './role-names.ts';

/** Signatures that prove who made a token. Those of a shared secret are not among them, and `none` is nothing. */
export const OIDC_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;
export type OidcAlgorithm = (typeof OIDC_ALGORITHMS)[number];

export interface OidcIdentityOptions extends IssuerKeysOptions {
  /** Whom tokens have to be for: us. A token that the issuer made for somebody else is not taken. */
  readonly audience: string;
  readonly algorithms: readonly OidcAlgorithm[];
  readonly claims: ClaimNames;
  readonly role_names: RoleNames;
}

/** Which claim says what. A name with dots may also be a way through objects: `realm_access.roles`. */
export interface ClaimNames {
  readonly user_name: string;
  readonly project: string;
  readonly project_name: string;
  readonly roles: string;
}

/** Seconds by which clocks may differ. */
const CLOCKS_DIFFER = 5;

/**
 * Access tokens of an OpenID Connect issuer: JWTs that are checked here, with keys that the issuer publishes. They cannot be
 * revoked; their short lives are what ends them.
 */
export class OidcIdentityProvider extends IdentityProvider {
  readonly #options: OidcIdentityOptions;
  readonly #keys: IssuerKeys;

  constructor(options: OidcIdentityOptions) {
    super();
    this.#options = options;
    this.#keys = new IssuerKeys(options);
  }

  async verify(token: string): Promise<VerifiedToken> {
    if (!canBeToken(token)) throw badToken();
    return this.#describe(token, await this.#payloadOf(token));
  }

  /** An issuer knows people; projects are names in its tokens. */
  hasProject(): Promise<boolean> {
    return Promise.resolve(true);
  }

  challenge(): string {
    return `Bearer realm="imago", authorization_uri="${this.#options.issuer}"`;
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    const { issuer, audience, algorithms } = this.#options;
    try {
      const { payload } = await jwtVerify(token, (header, jws) => this.#keys.keyFor(header, jws), {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: CLOCKS_DIFFER,
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      return payload;
    } catch (error) {
      // Everything else of this kind is a fault of the token.
      if (error instanceof errors.JOSEError) throw badToken();
      throw error;
    }
  }

  #describe(token: string, payload: JWTPayload): VerifiedToken {
    const { claims, role_names } = this.#options;
    const user = foreignUserId.safeParse(payload.sub);
    if (!user.success) throw badToken();
    const project = foreignProjectId.safeParse(claimOf(payload, claims.project));
    if (!project.success)
      throw refusal('auth.no_project', `The token is good, but its claim ${claims.project} names no project.`);
    const domain = { id: 'default', name: 'Default' };
    return {
      token,
      user: { id: user.data, name: nameIn(payload, claims.user_name) ?? user.data, domain },
      project: { id: project.data, name: nameIn(payload, claims.project_name) ?? project.data, domain },
      roles: rolesNamed(textsIn(claimOf(payload, claims.roles)), role_names),
      methods: ['openid'],
      issued_at: new Date((payload.iat ?? 0) * 1000),
      expires_at: new Date((payload.exp ?? 0) * 1000),
      audit_ids: payload.jti === undefined ? [] : [payload.jti],
    };
  }
}

/** A claim by its name, else by its way through objects: some issuers have URLs for names, others nest. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Readonly<Record<string, unknown>>)[key];
  }, payload);
}

function nameIn(payload: JWTPayload, claim: string): string | undefined {
  return foreignName.safeParse(claimOf(payload, claim)).data;
}

/** A list, or one text with spaces between, as scopes are. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ');
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

function badToken(): Error {
  return refusal('auth.invalid_token', 'The token is not valid or has expired.');
}
