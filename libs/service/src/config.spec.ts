import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, loadConfig, serviceEnvironment } from './config.ts';

const schema = z.object({
  ...serviceEnvironment,
  DATABASE_URL: z.url({ protocol: /^postgresql$/ }),
  KEY: z.string().min(8),
});
const valid = { DATABASE_URL: 'postgresql://u:p@h/d', KEY: 'long enough' };
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'imago-config-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('the configuration', () => {
  it('is read with its defaults and frozen', () => {
    const config = loadConfig(schema, { ...valid, PORT: '8080', OTHER: 'ignored' });
    expect(config).toEqual({ ...valid, HOST: '127.0.0.1', PORT: 8080, LOG_LEVEL: 'info', OTEL_TRACES_SAMPLER_ARG: 1 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('names every fault at once and no value', () => {
    const secret = 'hunter2';
    const error = thrown(() =>
      loadConfig(schema, { DATABASE_URL: secret, KEY: 'x', PORT: '70000', LOG_LEVEL: secret }),
    );
    expect(error).toBeInstanceOf(ConfigError);
    for (const name of ['DATABASE_URL', 'KEY', 'PORT', 'LOG_LEVEL']) expect(error.message).toContain(name);
    expect(error.message).not.toContain(secret);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', 'parentbased'],
  ])('refuses %s=%s', (name, value) => {
    const error = thrown(() => loadConfig(schema, { ...valid, [name]: value }));
    expect(error.message).toContain(name);
  });

  it('takes a secret from a file, without the line end an editor leaves', () => {
    const file = join(directory, 'key');
    writeFileSync(file, 'from the file\n');
    expect(loadConfig(schema, { ...valid, KEY: '', KEY_FILE: file })).toMatchObject({ KEY: 'from the file' });
  });

  it('refuses a secret file that is not there', () => {
    const missing = join(directory, 'missing');
    expect(() => loadConfig(schema, { DATABASE_URL: valid.DATABASE_URL, KEY_FILE: missing })).toThrow(ConfigError);
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig(schema, { ...valid, HOST: '', READY_FILE: '' })).toMatchObject({ HOST: '127.0.0.1' });
    expect(() => loadConfig(schema, { ...valid, KEY: '' })).toThrow('KEY');
  });
});

function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
