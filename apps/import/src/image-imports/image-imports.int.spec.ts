import { createHash, randomUUID } from 'node:crypto';
import { FinishUpload, ImageUploadFailedV1, ImportImage, OpenUpload } from '@imago/contracts';
import { imageRecord } from '@imago/contracts/testing';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { PROJECT, REGION, tenant } from '../../test/requests.ts';
import { SweepAdmissions } from '../imports/sweep-admissions.ts';
import { SweepUploads } from '../uploads/sweep-uploads.ts';

describe('a staged file', () => {
  let importing: ImportUnderTest;
  beforeAll(async () => {
    importing = await startImport({ IMPORT_ADMISSION_SECONDS: '3600', IMPORT_UPLOAD_SWEEP_SECONDS: '600' });
  });
  afterAll(() => importing.close());

  /** An image with a file that waits to be imported. */
  async function stage(): Promise<string> {
    const image_id = randomUUID();
    const owner = tenant();
    const place = await importing.ask(OpenUpload, { image_id, region: REGION, size: '512', stages: true }, owner);
    const content = Buffer.alloc(512);
    const part = await importing.store.uploadPart(place, 1, content);
    const hashOf = (algorithm: string): string => createHash(algorithm).update(content).digest('hex');
    const sums = { size: '512', checksum: hashOf('md5'), os_hash_value: hashOf('sha512') };
    const { upload_session_id } = place;
    await importing.ask(FinishUpload, { upload_session_id, parts: [part], ...sums }, owner);
    const image = imageRecord({
      ...{ id: image_id, owner: PROJECT, region: REGION },
      ...{ status: 'uploading', disk_format: 'raw', size: '512' },
    });
    importing.stored.empty.set(image_id, image);
    return image_id;
  }

  const importIt = (image_id: string): Promise<unknown> =>
    importing.ask(ImportImage, { image_id, region: REGION, method: { name: 'glance-direct' } });

  async function waitTooLong(image_id: string): Promise<void> {
    await importing.db.query(
      `UPDATE import.upload_sessions SET expires_at = expires_at - interval '2 days' WHERE image_id = $1`,
      [image_id],
    );
    await importing.app.get(SweepUploads).sweep();
  }

  const typesOf = (image_id: string): readonly string[] => importing.recorder.about(image_id).map(({ type }) => type);

  it('that nobody imports is given up, and its owner can read why', async () => {
    const image_id = await stage();
    await importing.app.get(SweepUploads).sweep(); // it has a day
    await waitTooLong(image_id);
    const ended = await eventually(() => {
      const [staged, failed, ...more] = importing.recorder.about(image_id);
      if (failed === undefined) throw new Error('it still waits');
      expect([staged?.type, failed.type, more]).toEqual(['ImageStaged', 'ImageUploadFailed', []]);
      return failed;
    });
    expect(ImageUploadFailedV1.data.parse(ended.data).error).toMatchObject({ code: 'upload.expired' });
  });

  it('that is imported does not expire', async () => {
    const [imported, forgotten] = [await stage(), await stage()];
    await importIt(imported);
    await waitTooLong(imported);
    await waitTooLong(forgotten);
    await eventually(() => {
      expect(typesOf(forgotten)).toContain('ImageUploadFailed');
    });
    expect(typesOf(imported)).not.toContain('ImageUploadFailed');
  });

  it('is as large as its project has room for', async () => {
    importing.catalog.room = '1024';
    const open = { image_id: randomUUID(), region: REGION, size: null, stages: true };
    await expect(importing.ask(OpenUpload, open)).resolves.toMatchObject({ maximum_size: '1024' });
    importing.catalog.room = null;
  });

  it('is given back when its import was cut off before it was promised, and not before its time', async () => {
    const image_id = await stage();
    importing.catalog.refuseBeginning = new Error('nobody knows what happened');
    await expect(importIt(image_id)).rejects.toMatchObject({ code: 'internal' });
    importing.catalog.refuseBeginning = null;
    const [job]: { id: string }[] = await importing.db.query(
      `SELECT id FROM import.jobs WHERE image_id = $1 AND state = 'admitting'`,
      [image_id],
    );
    const sweeper = importing.app.get(SweepAdmissions);
    await sweeper.sweep();
    expect(importing.catalog.withdrawn).toEqual([]);
    await importing.db.query(`UPDATE import.jobs SET created_at = now() - interval '2 hours' WHERE image_id = $1`, [
      image_id,
    ]);
    await sweeper.sweep();
    expect(importing.catalog.withdrawn).toEqual([{ image_id, region: REGION, job_id: job?.id }]);
    expect(importing.catalog.abandoned).toEqual([]);
    await expect(importing.looks.job(job?.id ?? '')).rejects.toThrow('there is no job');
  });
});
