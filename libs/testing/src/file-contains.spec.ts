import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileContains } from './file-contains.ts';

const MIB = 2 ** 20;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-contains-'));
});
afterAll(() => rm(directory, { recursive: true }));

it.each([0, 1000, MIB - 3, MIB, 3 * MIB - 6])('a text is found at byte %i, and only where it is whole', async (at) => {
  const path = join(directory, `${at}`);
  const bytes = Buffer.alloc(3 * MIB);
  bytes.write('secret', at);
  await writeFile(path, bytes);
  expect(await fileContains(path, 'secret')).toBe(true);
  expect(await fileContains(path, 'secrets')).toBe(false);
  bytes.writeUInt8(0, at + 5);
  await writeFile(path, bytes);
  expect(await fileContains(path, 'secret')).toBe(false);
});
