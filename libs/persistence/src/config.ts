import { readFileSync } from 'node:fs';

/**
 * The URL of the migrating role: `MIGRATE_DATABASE_URL`, or the content of the file `MIGRATE_DATABASE_URL_FILE` names,
 * which is how secrets are mounted.
 * @throws Error when there is none; it does not repeat what was there instead.
 */
export function migratingUrl(env: NodeJS.ProcessEnv = process.env): string {
  const file = env['MIGRATE_DATABASE_URL_FILE'];
  const url = env['MIGRATE_DATABASE_URL'] || (file ? readFileSync(file, 'utf8').trim() : '');
  if (!/^postgres(ql)?:\/\//.test(url)) throw new Error('MIGRATE_DATABASE_URL is not the URL of a Postgres database');
  return url;
}
