import type { PersonRole } from './roles.ts';
import { withImplied } from './roles.ts';

/** How an identity service calls what are roles here: each by one name or several. */
export type RoleNames = Readonly<Record<PersonRole, readonly string[]>>;

/** The roles that names give, with the implied ones. Names that mean nothing here give none, and so may see nothing. */
export function rolesNamed(names: readonly string[], { admin, member, reader }: RoleNames): readonly PersonRole[] {
  const has = (known: readonly string[]): boolean => names.some((name) => known.includes(name));
  const roles: PersonRole[] = [];
  if (has(admin)) roles.push('admin');
  if (has(member)) roles.push('member');
  if (has(reader)) roles.push('reader');
  return withImplied(roles);
}
