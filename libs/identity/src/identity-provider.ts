import type { PersonRole } from './roles.ts';

/** A named thing of the identity service. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Names a thing by its id, or by a name that is unique in its domain. */
export type ByIdOrName =
  | { readonly id: string }
  | { readonly name: string; readonly domain: { readonly id: string } | { readonly name: string } | null };

/** How somebody says who they are, and for which project; null means their own. */
export type AuthRequest = { readonly project: ByIdOrName | null } & (
  | { readonly method: 'password'; readonly user: ByIdOrName; readonly password: string }
  | { readonly method: 'token'; readonly token: string }
);

/** A token and what it proves. */
export interface VerifiedToken {
  readonly token: string;
  readonly user: Named & { readonly domain: Named };
  readonly project: Named & { readonly domain: Named };
  /** With the implied ones. */
  readonly roles: readonly PersonRole[];
  /** How its chain began and went on: `password`, or `token` and `password`. */
  readonly methods: readonly string[];
  readonly issued_at: Date;
  readonly expires_at: Date;
  /** Its own audit id, and the first one of its chain when it was made from another token. */
  readonly audit_ids: readonly string[];
}

/** What tokens are worth: by the embedded users file, a Keystone, or an issuer of OpenID Connect. */
export abstract class IdentityProvider {
  /**
   * @throws Refusal auth.invalid_token, the same for forged, foreign, expired and revoked ones; auth.no_project for a good one
   * that is of no project; identity.unavailable when nobody can be asked: then nobody gets in
   */
  abstract verify(token: string): Promise<VerifiedToken>;

  /** Tells who brings no good token where to get one: the header `WWW-Authenticate`. `base` is our own URL, as clients see it. */
  abstract challenge(base: string): string;

  /** False where it is known that there is no project of this id. Not everybody who vouches for tokens can tell. */
  abstract hasProject(projectId: string): Promise<boolean>;
}
