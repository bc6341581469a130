import { refusal } from '@imago/contracts';
import type { AuthRequest, ByIdOrName } from '@imago/identity';
import { z } from 'zod';

const text = z.string().max(4096);
const domain = z.union([z.object({ id: text }), z.object({ name: text })]);
const named = z.union([z.object({ id: text }), z.object({ name: text, domain: domain.optional() })]);

/** Keystone's body; what it does not know of, it ignores, as Keystone does. */
export const authBody = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()).min(1),
      password: z.object({ user: z.intersection(named, z.object({ password: text })) }).optional(),
      token: z.object({ id: text }).optional(),
    }),
    scope: z
      .union([
        z.object({ project: named }),
        z.object({ system: z.unknown() }).transform(() => 'unsupported' as const),
        z.object({ domain }).transform(() => 'unsupported' as const),
        z.object({ unscoped: z.unknown() }).transform(() => undefined),
        z.literal('unscoped').transform(() => undefined),
      ])
      .optional(),
  }),
});

/**
 * What Keystone's body asks of an identity provider. A user has one project here, so an unscoped request gets it.
 * @throws Refusal auth.invalid_credentials for methods and scopes there are not
 */
export function toAuthRequest({ auth }: z.output<typeof authBody>): AuthRequest {
  const { identity, scope } = auth;
  if (scope === 'unsupported') throw refusal('auth.invalid_credentials', 'Only projects can be scopes.');
  const project = scope === undefined ? null : byIdOrName(scope.project);
  const [method, ...others] = identity.methods;
  if (others.length === 0 && method === 'password' && identity.password !== undefined) {
    const { user } = identity.password;
    return { method, user: byIdOrName(user), password: user.password, project };
  }
  if (others.length === 0 && method === 'token' && identity.token !== undefined) {
    return { method, token: identity.token.id, project };
  }
  throw refusal('auth.invalid_credentials', 'Log in with a password or with a token.');
}

function byIdOrName(thing: z.output<typeof named>): ByIdOrName {
  return 'id' in thing ? { id: thing.id } : { name: thing.name, domain: thing.domain ?? null };
}
