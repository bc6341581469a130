import type { ImportUnderTest } from './import-under-test.ts';

/** Everything the service keeps, as text; bytes are in it as they are, should they be text. */
export async function everythingKept(imports: ImportUnderTest): Promise<string> {
  const tables: { name: string }[] = await imports.db.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'import'`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const rows: { text: string }[] = await imports.db.query(
        `SELECT coalesce(string_agg(to_jsonb(t)::text, ' '), '') AS text FROM ${name} t`,
      );
      return rows[0]?.text ?? '';
    }),
  );
  const text = texts.join(' ');
  const bytes = [...text.matchAll(/\\\\x([0-9a-f]+)/g)].map(([, hex]) =>
    Buffer.from(hex ?? '', 'hex').toString('latin1'),
  );
  return `${text} ${bytes.join(' ')}`;
}
