import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SERVICES } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../places.ts';
import { composeServices } from './compose-file.ts';
import { settingsSchema } from './service-settings.ts';

const services = composeServices(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'));

describe('docker-compose.yml', () => {
  it('runs every service, and as an app nothing else', () => {
    const apps = [...services].flatMap(([name, { text }]) => (text.includes("'apps/") ? [name] : []));
    expect(apps.sort()).toEqual([...SERVICES].sort());
  });

  it.each([...SERVICES])('gives %s the settings it needs, and none it does not know', async (name) => {
    const { text = '', environment = [] } = services.get(name) ?? {};
    const given = environment.map((variable) => variable.replace(/(?<!REGIONS|USERS)_FILE$/, ''));
    const { shape } = await settingsSchema(name);
    const needed = Object.keys(shape).filter((key) => !shape[key]?.safeParse(undefined).success);
    expect(text).toContain(`'apps/${name}/dist/main.js'`);
    expect(Object.keys(shape)).toEqual(expect.arrayContaining(given));
    expect(given).toEqual(expect.arrayContaining(needed));
  });
});

describe('docs/settings.md and docs/openapi.json', () => {
  it('say what the services read and serve', async () => {
    const program = join(ROOT, 'tools/commands/docs.ts');
    const check = promisify(execFile)(process.execPath, [program, '--check'], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    await expect(check).resolves.toBeDefined();
  });
});
