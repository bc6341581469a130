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

/** Where tokens come from and what they are worth: the embedded users file, Keystone, or OpenID Connect. */
export abstract class IdentityProvider {
  /** @throws Refusal auth.invalid_credentials, auth.invalid_token, service.unavailable */
  abstract issue(request: AuthRequest): Promise<VerifiedToken>;

  /** @throws Refusal auth.invalid_token, the same for forged, foreign, expired and revoked ones. */
  abstract verify(token: string): Promise<VerifiedToken>;

  /** Makes a token worthless before it expires. @throws Refusal auth.invalid_token when it already is. */
  abstract revoke(token: string): Promise<void>;
}
