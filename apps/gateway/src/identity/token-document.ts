import type { VerifiedToken } from '@imago/identity';
import type { serviceCatalog } from './service-catalog.ts';

/** A token as Keystone describes it. Role ids are the role names: roles are nothing more here. */
export function tokenDocument(token: VerifiedToken, catalog: ReturnType<typeof serviceCatalog> | null): object {
  return {
    token: {
      methods: token.methods,
      user: { ...token.user, password_expires_at: null },
      project: token.project,
      is_domain: false,
      roles: token.roles.map((role) => ({ id: role, name: role })),
      issued_at: keystoneTime(token.issued_at),
      expires_at: keystoneTime(token.expires_at),
      audit_ids: token.audit_ids,
      ...(catalog === null ? {} : { catalog }),
    },
  };
}

/** Keystone writes microseconds. */
function keystoneTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
