import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { format, type Oxfmtrc } from 'oxfmt';
import { asyncApiDocument } from './asyncapi.ts';
import { errorsPage } from './errors-page.ts';
import { eventsPage } from './events-page.ts';
import { breachOf } from './frozen-events.ts';
import { isEventSchema, schemaFiles } from './schemas.ts';

/**
 * Writes what is made from the contracts: JSON Schemas, the pages of events and errors, the AsyncAPI document.
 * `--check` writes nothing, names what differs from what is there and ends with 1. Schemas of events are written once:
 * one that changes under its version ends it with 1 as well, and is left as it is.
 */
process.chdir(join(import.meta.dirname, '../..'));

const made = new Map([
  ...schemaFiles(),
  ['docs/errors.md', await formatted('docs/errors.md', errorsPage())],
  ['docs/events.md', await formatted('docs/events.md', eventsPage())],
  ['docs/asyncapi.json', await formatted('docs/asyncapi.json', asyncApiDocument())],
]);
const stale = globSync('libs/contracts/schemas/**/*.json').filter((path) => !made.has(path));
const different = [...made].filter(([path, text]) => textOf(path) !== text).map(([path]) => path);
const breaches = [...different, ...stale]
  .filter(isEventSchema)
  .flatMap((path) => breachOf(basename(path, '.json'), textOf(path), made.get(path) ?? null) ?? []);

if (breaches.length > 0) {
  for (const breach of breaches) console.error(breach);
  process.exitCode = 1;
} else if (process.argv.includes('--check')) {
  for (const path of [...different, ...stale]) console.error(`${path} is not what the contracts say`);
  if (different.length + stale.length > 0) {
    console.error('Run: node --conditions=@imago/source tools/contracts.ts');
    process.exitCode = 1;
  }
} else {
  for (const path of stale) rmSync(path);
  for (const path of different) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, made.get(path) ?? '');
    console.log(`wrote ${path}`);
  }
}

/** As the formatter would leave it, which goes over the documents too. */
async function formatted(path: string, text: string): Promise<string> {
  const options = JSON.parse(readFileSync('.oxfmtrc.json', 'utf8')) as Oxfmtrc;
  return (await format(path, text, options)).code;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
