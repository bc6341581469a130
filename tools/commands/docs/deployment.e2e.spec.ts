import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SERVICES } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../places.ts';
import { settingsSchema } from './service-settings.ts';

/** What stands in the files of secrets. */
const SECRETS: Readonly<Record<string, string>> = {
  IMAGO_CONTEXT_KEY_FILE: 'ab'.repeat(32),
  IMAGO_TOKEN_KEY_FILE: 'cd'.repeat(32),
  ACTIVITY_WEBHOOK_KEY_FILE: 'ef'.repeat(32),
  IMPORT_SECRET_KEY_FILE: 'fe'.repeat(32),
  DATABASE_URL_FILE: 'postgresql://imago@postgres:5432/imago',
};

interface Container {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')) as {
  readonly services: Readonly<Record<string, Container>>;
};

describe('docker-compose.yml', () => {
  it('runs every service, and as an app nothing else', () => {
    const apps = Object.entries(services).filter(([, { command }]) => command?.[1]?.startsWith('apps/'));
    expect(apps.map(([name]) => name).sort()).toEqual([...SERVICES].sort());
  });

  it.each([...SERVICES])('gives %s settings it starts with, and none it does not know', async (name) => {
    const { command, environment = {} } = services[name] ?? {};
    expect(command).toEqual(['node', `apps/${name}/dist/main.js`]);
    const schema = (await settingsSchema(name)).strict();
    // Secrets are read from files. What is in braces comes from whoever starts it, or is what stands there; what is empty
    // then counts as left out.
    const given = Object.entries(environment).map(([variable, value]) => {
      const isSecret = variable.endsWith('_FILE') && !(variable in schema.shape);
      return isSecret
        ? [variable.replace(/_FILE$/, ''), SECRETS[variable]]
        : [variable, value.replace(/\$\{\w+:-(.*?)\}/g, '$1').replace(/\$\{.*?\}/g, 'x')];
    });
    const settings = Object.fromEntries(given.filter(([, value]) => value !== ''));
    expect(schema.safeParse(settings).error).toBeUndefined();
  });
});

describe('docs/settings.md, docs/openapi.json and docker-compose.yml', () => {
  it('are what the services say they read and serve', async () => {
    const program = join(ROOT, 'tools/commands/docs.ts');
    const check = promisify(execFile)(process.execPath, [program, '--check'], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    await expect(check).resolves.toBeDefined();
  });
});
