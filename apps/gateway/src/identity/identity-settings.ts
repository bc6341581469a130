import { OIDC_ALGORITHMS } from '@imago/identity';
import { z } from 'zod';

/** A key that signs. */
export const signingKey = z
  .string()
  .regex(/^([0-9a-f]{2}){32,}$/i, { message: 'must be at least 32 bytes in hexadecimal digits' });

const url = z.url({ protocol: /^https?$/ });
const text = z.string().min(1);
const names = text.transform((list) => list.split(',').map((name) => name.trim()));

/** What the gateway reads of how people prove who they are. */
export const identitySettings = {
  /** What tokens are checked by: the users file, an OpenStack Keystone, or an issuer of OpenID Connect. */
  IMAGO_IDENTITY_PROVIDER: z.enum(['embedded', 'keystone', 'oidc']).default('embedded'),
  /** Who can log in. Needed with `embedded`. */
  IMAGO_USERS_FILE: text.optional(),
  /** Signs tokens; the same for all gateways. At least 32 bytes in hexadecimal digits. Needed with `embedded`. */
  IMAGO_TOKEN_KEY: signingKey.optional(),
  /** Seconds a token of `embedded` lives. */
  IMAGO_TOKEN_TTL_SECONDS: z.coerce.number().int().min(60).max(86_400).default(3600),
  /** Role names of Keystone or the issuer, with commas between, that make an operator. */
  IMAGO_ADMIN_ROLES: names.prefault('admin'),
  /** Role names that let people change what is their project's. */
  IMAGO_MEMBER_ROLES: names.prefault('member,_member_'),
  /** Role names that let people see what is their project's. */
  IMAGO_READER_ROLES: names.prefault('reader'),
  /** Seconds an answer of Keystone is used again: so long a revoked token may still be taken. 0 asks for each request. */
  IMAGO_IDENTITY_CACHE_SECONDS: z.coerce.number().int().min(0).max(300).default(30),
  /** Seconds until a question to Keystone or the issuer is given up. */
  IMAGO_IDENTITY_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(30).default(5),
  /** Keystone's API, with the version: `http://keystone.internal:5000/v3`. Needed with `keystone`. */
  IMAGO_KEYSTONE_URL: url.optional(),
  /** Where clients find it, when that is elsewhere. */
  IMAGO_KEYSTONE_PUBLIC_URL: url.optional(),
  /** Who checks tokens there, with a role that may. Needed with `keystone`. */
  IMAGO_KEYSTONE_USERNAME: text.optional(),
  /** Their password. Needed with `keystone`. */
  IMAGO_KEYSTONE_PASSWORD: text.optional(),
  /** The domain of that user, by name. */
  IMAGO_KEYSTONE_USER_DOMAIN: text.default('Default'),
  /** The project that user has its role in, by name. */
  IMAGO_KEYSTONE_PROJECT: text.default('service'),
  /** The domain of that project, by name. */
  IMAGO_KEYSTONE_PROJECT_DOMAIN: text.default('Default'),
  /** The issuer, exactly as its tokens name it; its discovery document is looked up below it. Needed with `oidc`. */
  IMAGO_OIDC_ISSUER: url.optional(),
  /** Whom its tokens have to be for. Needed with `oidc`. */
  IMAGO_OIDC_AUDIENCE: text.optional(),
  /** Algorithms that tokens may be signed with, with commas between; none of a shared secret. */
  IMAGO_OIDC_ALGORITHMS: names.pipe(z.array(z.enum(OIDC_ALGORITHMS))).prefault('RS256,PS256,ES256,EdDSA'),
  /** The claim with the id of the project; like all of these a name, or a way through objects with dots between. */
  IMAGO_OIDC_PROJECT_CLAIM: text.default('project_id'),
  /** The claim with the name of the project. */
  IMAGO_OIDC_PROJECT_NAME_CLAIM: text.default('project_name'),
  /** The claim with the roles in it: a list, or a text with spaces between. */
  IMAGO_OIDC_ROLES_CLAIM: text.default('roles'),
  /** The claim with the name of the user. */
  IMAGO_OIDC_USER_NAME_CLAIM: text.default('preferred_username'),
} as const;

export type IdentitySettings = Readonly<z.output<z.ZodObject<typeof identitySettings>>>;

/** What each provider cannot do without. */
const NEEDED = {
  embedded: ['IMAGO_USERS_FILE', 'IMAGO_TOKEN_KEY'],
  keystone: ['IMAGO_KEYSTONE_URL', 'IMAGO_KEYSTONE_USERNAME', 'IMAGO_KEYSTONE_PASSWORD'],
  oidc: ['IMAGO_OIDC_ISSUER', 'IMAGO_OIDC_AUDIENCE'],
} as const satisfies Readonly<Record<IdentitySettings['IMAGO_IDENTITY_PROVIDER'], readonly (keyof IdentitySettings)[]>>;

/** Refuses settings that lack what their provider needs. */
export function tellMissing(settings: IdentitySettings, context: z.RefinementCtx): void {
  const provider = settings.IMAGO_IDENTITY_PROVIDER;
  for (const name of NEEDED[provider]) {
    if (settings[name] !== undefined) continue;
    context.addIssue({ code: 'custom', path: [name], message: `is needed when identity is ${provider}` });
  }
}
