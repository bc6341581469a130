import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, type Oxfmtrc } from 'oxfmt';
import { ROOT } from './places.ts';

const OPTIONS = JSON.parse(readFileSync(join(ROOT, '.oxfmtrc.json'), 'utf8')) as Oxfmtrc;

/** A generated text as `npm run format` would leave it in a file of this path. Throws when it is none of its kind. */
export async function formatted(path: string, text: string): Promise<string> {
  const { code, errors } = await format(path, text, OPTIONS);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  return code;
}
