import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenUpload } from '@imago/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { REGION, tenant } from '../../test/requests.ts';

let importing: ImportUnderTest;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'imago-store-away-'));
  const file = join(directory, 'regions.json');
  // Nobody listens to port 1.
  const s3 = { endpoint: 'http://127.0.0.1:1', region: 'r', bucket: 'images', access_key: 'a', secret_key: 's' };
  await writeFile(file, JSON.stringify([{ name: REGION, default: true, s3 }]));
  importing = await startImport({ IMAGO_REGIONS_FILE: file });
});
afterAll(async () => {
  await importing.close();
  await rm(directory, { recursive: true });
});

it('says that the store is away to who begins an upload, and lets go of the image', async () => {
  const image_id = randomUUID();
  const opening = importing.ask(OpenUpload, { image_id, region: REGION, size: null }, tenant());
  await expect(opening).rejects.toMatchObject({ code: 'service.unavailable' });
  const sessions: unknown = await importing.db.query('SELECT state FROM import.upload_sessions WHERE image_id = $1', [
    image_id,
  ]);
  expect(sessions).toEqual([{ state: 'failed' }]);
});
