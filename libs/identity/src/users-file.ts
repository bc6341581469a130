import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PASSWORD_HASH } from './password.ts';
import { personRole } from './roles.ts';

const name = z.string().min(1).max(255);

const user = z.strictObject({
  id: z.string().min(1).max(64),
  name,
  password_scrypt: z.string().regex(PASSWORD_HASH, { message: 'must be a hash made by hashPassword' }),
  /** A user belongs to one project. */
  project: z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), name }),
  roles: z.array(personRole).min(1),
  domain: name.default('Default'),
});

/** The users of the embedded identity: no id twice, no name twice in a domain, a project id with one name. */
export const usersFile = z
  .array(user)
  .min(1)
  .refine((users) => isUnique(users.map((each) => each.id)), { message: 'a user id occurs twice' })
  .refine((users) => isUnique(users.map((each) => `${each.domain}\n${each.name}`)), {
    message: 'a user name occurs twice in a domain',
  })
  .refine(
    (users) => {
      const projects = new Set(users.map((each) => `${each.project.id}\n${each.project.name}`));
      return isUnique([...projects].map((project) => project.split('\n')[0] ?? ''));
    },
    { message: 'a project id occurs with two names' },
  );

export type EmbeddedUser = z.output<typeof user>;

/**
 * Reads the users file once, at start.
 * @throws Error naming every fault and no value, so that no hash ends up in a log.
 */
export function loadUsers(path: string): readonly EmbeddedUser[] {
  const result = usersFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!result.success) throw new Error(`The users file is not valid.\n${z.prettifyError(result.error)}`);
  return result.data;
}

function isUnique(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
