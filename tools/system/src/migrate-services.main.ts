import { env, stdin } from 'node:process';
import { text } from 'node:stream/consumers';

// Runs the migration programs of several services, one after another, in one process: what they all load takes longer
// than what they do. Their URLs come by standard input, where no other user of the machine can read them.

for (const { entry, url } of JSON.parse(await text(stdin)) as { entry: string; url: string }[]) {
  env['MIGRATE_DATABASE_URL'] = url;
  await import(entry);
}
