import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { allSettings } from './docs/service-settings.ts';
import { settingsPage } from './docs/settings-page.ts';
import { ROOT } from './places.ts';

// npm run docs: writes docs/settings.md from the built services. With --check it writes nothing and ends with 1 when
// the page is not what they say.

const path = join(ROOT, 'docs/settings.md');
const page = await format(settingsPage(await allSettings()), { ...(await resolveConfig(path)), filepath: path });
const isCurrent = existsSync(path) && readFileSync(path, 'utf8') === page;
if (process.argv.includes('--check') && !isCurrent) {
  console.error('docs/settings.md is not what the services say. Run: npm run docs');
  process.exit(1);
}
if (!isCurrent) writeFileSync(path, page);
