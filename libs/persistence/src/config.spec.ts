import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migratingUrl } from './config.ts';

const URL_OF_ROLE = 'postgresql://migrator:secret@db/imago';

describe('the URL of the migrating role', () => {
  it('stands in the environment, or in the file the environment names', () => {
    expect(migratingUrl({ MIGRATE_DATABASE_URL: URL_OF_ROLE })).toBe(URL_OF_ROLE);
    const directory = mkdtempSync(join(tmpdir(), 'imago-persistence-'));
    try {
      const file = join(directory, 'url');
      writeFileSync(file, `${URL_OF_ROLE}\n`);
      expect(migratingUrl({ MIGRATE_DATABASE_URL: '', MIGRATE_DATABASE_URL_FILE: file })).toBe(URL_OF_ROLE);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each([{}, { MIGRATE_DATABASE_URL: 'mysql://secret@db' }])(
    'is demanded, and what is there is not told: %j',
    (env) => {
      expect(() => migratingUrl(env)).toThrow(/^MIGRATE_DATABASE_URL is not the URL of a Postgres database$/);
    },
  );
});
