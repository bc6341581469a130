import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readIfThere, secretFile } from './secret-file.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-secret-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('makes a secret once, for its owner alone, and leaves nothing beside it', async () => {
  const path = join(directory, 'deep', 'secret');
  const secret = await secretFile(path);
  expect(secret).toMatch(/^[0-9a-f]{48}$/);
  expect(await secretFile(path)).toBe(secret);
  expect(await readIfThere(path)).toBe(secret);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(directory, 'deep'))).toEqual(['secret']);
});

it('tells a file that is not there from one that cannot be read', async () => {
  expect(await readIfThere(join(directory, 'none'))).toBeUndefined();
  await expect(readIfThere(directory)).rejects.toThrow('EISDIR');
});
