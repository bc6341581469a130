import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashPassword } from '@imago/identity';
import { type ClusterPasswords, PERSISTENT_SERVICES } from '@imago/persistence';

/** A person with a project, as the embedded identity knows them. */
export interface InstallationUser {
  readonly name: string;
  readonly password: string;
  readonly project: string;
  readonly project_id: string;
  readonly role: 'member' | 'admin' | 'reader';
  readonly s3: { readonly access_key: string; readonly secret_key: string; readonly bucket: string };
}

/** What one installation makes up once and keeps: keys, passwords, users. */
export interface Installation {
  readonly context_key: string;
  readonly token_key: string;
  /** Encrypts the secrets of webhooks. */
  readonly webhook_key: string;
  /** Encrypts what opens the files that tenants import. */
  readonly import_key: string;
  readonly database_passwords: ClusterPasswords;
  readonly store: { readonly access_key: string; readonly secret_key: string };
  readonly users: readonly InstallationUser[];
}

/** Two tenants and an operator, enough to show that tenants do not see each other. */
const PEOPLE = [
  { name: 'alice', project: 'demo-a', role: 'member' },
  { name: 'bob', project: 'demo-b', role: 'member' },
  { name: 'operator', project: 'operations', role: 'admin' },
] as const;

/** Reads the installation of a directory, or makes one; its file is readable by its owner alone. */
export function openInstallation(directory: string): Installation {
  const file = join(directory, 'installation.json');
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Installation>) : {};
  if (isWhole(known)) return known;
  const installation = { ...newInstallation(), ...known }; // one made by an older version gets what it has not yet
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(installation, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file); // whole or not at all: it holds the only copy of the passwords
  return installation;
}

function isWhole(known: Partial<Installation>): known is Installation {
  return known.webhook_key !== undefined && known.import_key !== undefined;
}

/** Somebody who is to have a user; who names a project that is there works in it. */
type Person = Pick<InstallationUser, 'name' | 'project' | 'role'>;

/** An installation with fresh keys and passwords, and with more people than the usual ones where they are named. */
export function newInstallation(others: readonly Person[] = []): Installation {
  const people: readonly Person[] = [...PEOPLE, ...others];
  const projects = new Map(people.map(({ project }) => [project, randomBytes(16).toString('hex')]));
  const passwords = PERSISTENT_SERVICES.map((service) => [service, { run: secret(), migrate: secret() }]);
  return {
    context_key: secret(),
    token_key: secret(),
    webhook_key: secret(),
    import_key: secret(),
    database_passwords: Object.fromEntries(passwords) as ClusterPasswords,
    store: { access_key: 'imago', secret_key: secret() },
    users: people.map((person) => ({
      ...person,
      password: randomBytes(9).toString('base64url'),
      project_id: projects.get(person.project) ?? '',
      s3: { access_key: `key-${person.name}`, secret_key: secret(), bucket: `bucket-${person.name}` },
    })),
  };
}

/** Writes the users file of the embedded identity. */
export async function writeUsersFile(file: string, users: readonly InstallationUser[]): Promise<void> {
  const entries = await Promise.all(
    users.map(async (user) => ({
      id: `user-${user.name}`,
      name: user.name,
      password_scrypt: await hashPassword(user.password),
      project: { id: user.project_id, name: user.project },
      roles: [user.role],
      domain: 'Default',
    })),
  );
  writeFileSync(file, JSON.stringify(entries, null, 2), { mode: 0o600 });
  chmodSync(file, 0o600);
}

function secret(): string {
  return randomBytes(32).toString('hex');
}
