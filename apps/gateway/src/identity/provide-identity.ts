import {
  EmbeddedIdentityProvider,
  IdentityProvider,
  KeystoneIdentityProvider,
  loadUsers,
  OidcIdentityProvider,
  type RoleNames,
} from '@imago/identity';
import type { Provider, Type } from '@nestjs/common';
import { DiscoveryController } from './discovery.controller.ts';
import type { IdentitySettings } from './identity-settings.ts';
import { ProjectsController } from './projects.controller.ts';
import { TokensController } from './tokens.controller.ts';

/** Keystone's API, as far as the embedded identity has it. */
export const KEYSTONE_API: readonly Type[] = [DiscoveryController, TokensController, ProjectsController];

/** What checks tokens, and what is served besides: Keystone's API only by the identity that is our own. */
export interface ProvidedIdentity {
  readonly provider: IdentityProvider;
  readonly controllers: readonly Type[];
  readonly providers: readonly Provider[];
}

/** The identity provider that the settings choose. */
export function provideIdentity(settings: IdentitySettings): ProvidedIdentity {
  switch (settings.IMAGO_IDENTITY_PROVIDER) {
    case 'embedded': {
      const provider = embedded(settings);
      return {
        provider,
        controllers: KEYSTONE_API,
        providers: [
          { provide: EmbeddedIdentityProvider, useValue: provider },
          { provide: IdentityProvider, useValue: provider },
        ],
      };
    }
    case 'keystone':
      return alone(keystone(settings));
    case 'oidc':
      return alone(oidc(settings));
    default:
      return settings.IMAGO_IDENTITY_PROVIDER satisfies never;
  }
}

function alone(provider: IdentityProvider): ProvidedIdentity {
  return { provider, controllers: [], providers: [{ provide: IdentityProvider, useValue: provider }] };
}

function embedded(settings: IdentitySettings): EmbeddedIdentityProvider {
  return new EmbeddedIdentityProvider({
    users: loadUsers(given(settings.IMAGO_USERS_FILE)),
    token_key: given(settings.IMAGO_TOKEN_KEY),
    token_ttl: settings.IMAGO_TOKEN_TTL_SECONDS,
  });
}

function keystone(settings: IdentitySettings): KeystoneIdentityProvider {
  const url = given(settings.IMAGO_KEYSTONE_URL);
  return new KeystoneIdentityProvider({
    url,
    public_url: settings.IMAGO_KEYSTONE_PUBLIC_URL ?? url,
    user: {
      name: given(settings.IMAGO_KEYSTONE_USERNAME),
      password: given(settings.IMAGO_KEYSTONE_PASSWORD),
      domain: settings.IMAGO_KEYSTONE_USER_DOMAIN,
      project: settings.IMAGO_KEYSTONE_PROJECT,
      project_domain: settings.IMAGO_KEYSTONE_PROJECT_DOMAIN,
    },
    timeout: settings.IMAGO_IDENTITY_TIMEOUT_SECONDS * 1000,
    cache_seconds: settings.IMAGO_IDENTITY_CACHE_SECONDS,
    role_names: roleNames(settings),
  });
}

function oidc(settings: IdentitySettings): OidcIdentityProvider {
  return new OidcIdentityProvider({
    issuer: given(settings.IMAGO_OIDC_ISSUER),
    audience: given(settings.IMAGO_OIDC_AUDIENCE),
    algorithms: settings.IMAGO_OIDC_ALGORITHMS,
    claims: {
      user_name: settings.IMAGO_OIDC_USER_NAME_CLAIM,
      project: settings.IMAGO_OIDC_PROJECT_CLAIM,
      project_name: settings.IMAGO_OIDC_PROJECT_NAME_CLAIM,
      roles: settings.IMAGO_OIDC_ROLES_CLAIM,
    },
    timeout: settings.IMAGO_IDENTITY_TIMEOUT_SECONDS * 1000,
    role_names: roleNames(settings),
  });
}

function roleNames(settings: IdentitySettings): RoleNames {
  return {
    admin: settings.IMAGO_ADMIN_ROLES,
    member: settings.IMAGO_MEMBER_ROLES,
    reader: settings.IMAGO_READER_ROLES,
  };
}

/** The settings have been held against what their provider needs. */
function given(value: string | undefined): string {
  if (value === undefined) throw new Error('A setting is missing that the provider of identity needs.');
  return value;
}
