import { z } from 'zod';

/** The roles a person can have in a project. `admin` is the operator of the cloud, in whatever project. */
export const personRole = z.enum(['reader', 'member', 'admin']);
/** Roles of a request: those of a person, or `service` when one service asks another on its own account. */
export const role = z.enum([...personRole.options, 'service']);

export type PersonRole = z.output<typeof personRole>;
export type Role = z.output<typeof role>;

const IMPLIED: Readonly<Record<Role, readonly Role[]>> = {
  reader: [],
  member: ['reader'],
  admin: ['member', 'reader'],
  service: [],
};

/** The roles with those they imply, each once, strongest first: an admin is a member, a member is a reader. */
export function withImplied<R extends Role>(roles: readonly R[]): R[] {
  const all = new Set<Role>(roles.flatMap((each) => [each, ...IMPLIED[each]]));
  return (['service', 'admin', 'member', 'reader'] as const).filter((each) => all.has(each)) as R[];
}
