import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composePage } from './docs/compose-page.ts';
import { consoleTypes } from './docs/console-types.ts';
import { openApiPage } from './docs/openapi-page.ts';
import { allSettings } from './docs/service-settings.ts';
import { settingsPage } from './docs/settings-page.ts';
import { formatted } from './formatted.ts';
import { ROOT } from './places.ts';

// npm run docs: writes the pages that the built services say themselves. With --check it writes nothing and ends with 1
// when a page is not what they say.

const settings = await allSettings();
const openApi = await openApiPage();
const pages: Readonly<Record<string, string>> = {
  'docs/settings.md': settingsPage(settings),
  'docker-compose.yml': composePage(settings),
  'docs/openapi.json': openApi,
  'apps/console/src/gateway/openapi.ts': await consoleTypes(openApi),
};

const checking = process.argv.includes('--check');
for (const [name, text] of Object.entries(pages)) {
  const path = join(ROOT, name);
  const page = await formatted(path, text);
  if (existsSync(path) && readFileSync(path, 'utf8') === page) continue;
  if (!checking) writeFileSync(path, page);
  else {
    console.error(`${name} is not what the services say. Run: npm run docs`);
    process.exitCode = 1;
  }
}
