import { randomUUID } from 'node:crypto';
import {
  AllocateObject,
  DeleteImage,
  GetImage,
  ImageImportCancelledV1,
  ImageImportedV1,
  ImageImportFailedV1,
  RegisterImage,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { indexKey } from '@imago/object-store';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, REGION, startCatalog, tenant, worker } from '../../test/catalog-under-test.ts';
import { failedData, importedData, registration } from '../../test/requests.ts';
import { ObjectSweeper } from './object-sweeper.ts';
import type { ObjectRow } from './object.row.ts';
import { SweepClaims } from './sweep-claims.ts';

interface Making {
  readonly image_id: string;
  readonly job_id: string;
  readonly owner: RequestContext;
  readonly object: { readonly object_id: string; readonly key: string };
}

describe('objects', () => {
  let catalog: CatalogUnderTest;

  beforeAll(async () => {
    catalog = await startCatalog({ CATALOG_RESWEEP_SECONDS: '0.1', CATALOG_TOMBSTONE_SECONDS: '3600' });
  });
  afterAll(() => catalog.close());

  async function begin(): Promise<Making> {
    const owner = tenant(randomUUID());
    const { image_id, job_id, ...rest } = registration();
    await catalog.ask(RegisterImage, { image_id, job_id, ...rest }, owner);
    return { image_id, job_id, owner, object: await allocate({ image_id, job_id, owner }) };
  }

  function allocate({ image_id, job_id, owner }: Omit<Making, 'object'>): Promise<Making['object']> {
    return catalog.ask(AllocateObject, { image_id, region: REGION, job_id }, worker(owner.project_id));
  }

  /** What a writer leaves behind: the object, its index, and an upload it never finished. */
  async function write({ key }: Making['object']): Promise<void> {
    await catalog.store.put(key, Buffer.from('data'));
    await catalog.store.put(indexKey(key), Buffer.from('index'));
    await catalog.store.createMultipart(key);
  }

  async function bytesOf({ key }: Making['object']): Promise<readonly string[]> {
    const [objects, uploads] = await Promise.all([catalog.store.list(key), catalog.store.listMultiparts(key)]);
    return [...objects, ...uploads].map((found) => found.key);
  }

  async function rowOf({ object_id }: Making['object']): Promise<ObjectRow | null> {
    const [row]: ObjectRow[] = await catalog.db.query('SELECT * FROM catalog.objects WHERE id = $1', [object_id]);
    return row ?? null;
  }

  async function complete(making: Making): Promise<void> {
    await catalog.store.put(making.object.key, Buffer.from('data'));
    await catalog.store.put(indexKey(making.object.key), Buffer.from('index'));
    const { image_id, job_id, object } = making;
    await catalog.publish(ImageImportedV1, image_id, importedData(image_id, job_id, object));
    await eventually(async () => {
      expect(await rowOf(object)).toMatchObject({ state: 'sealed' });
    });
  }

  function remove({ image_id, owner }: Making): Promise<unknown> {
    return catalog.ask(DeleteImage, { image_id, region: REGION }, owner);
  }

  function sweptAndEmpty({ object }: Making): Promise<void> {
    return eventually(async () => {
      expect(await rowOf(object)).toMatchObject({ state: 'swept' });
      expect(await bytesOf(object)).toEqual([]);
    });
  }

  describe('allocating', () => {
    it('answers one key per image and job, however often and however much at once it is asked for', async () => {
      const making = await begin();
      const again = await Promise.all([allocate(making), allocate(making), allocate(making)]);
      expect(again).toEqual([making.object, making.object, making.object]);
      const other = await begin();
      expect(other.object.key).not.toBe(making.object.key);
      const { image } = await catalog.ask(GetImage, { image_id: making.image_id, region: REGION }, making.owner);
      expect(image).toMatchObject({ status: 'importing', job_id: making.job_id, version: 2 });
    });

    it('is refused to another job, to tenants, and for images that are not in the making', async () => {
      const making = await begin();
      await expect(allocate({ ...making, job_id: randomUUID() })).rejects.toMatchObject({ code: 'image.wrong_state' });
      await expect(
        catalog.ask(AllocateObject, { image_id: making.image_id, region: REGION, job_id: making.job_id }, making.owner),
      ).rejects.toMatchObject({ code: 'auth.forbidden' });
      await complete(making);
      await expect(allocate(making)).rejects.toMatchObject({ code: 'image.wrong_state' });
      await remove(making);
      await expect(allocate(making)).rejects.toMatchObject({ code: 'image.not_found' });
      const failed = await begin();
      await catalog.publish(ImageImportFailedV1, failed.image_id, failedData(failed.image_id, failed.job_id));
      await eventually(() => expect(allocate(failed)).rejects.toMatchObject({ code: 'image.wrong_state' }));
    });
  });

  describe('the sweeper', () => {
    it.each([
      ['failed', ImageImportFailedV1],
      ['was cancelled', ImageImportCancelledV1],
    ] as const)('leaves no byte of an import that %s', async (_end, event) => {
      const making = await begin();
      await write(making.object);
      await catalog.publish(event, making.image_id, failedData(making.image_id, making.job_id));
      await sweptAndEmpty(making);
    });

    it('leaves no byte of a deleted image', async () => {
      const making = await begin();
      await complete(making);
      await remove(making);
      await sweptAndEmpty(making);
    });

    it('waits for the writer of an image deleted in the making, and leaves no byte when it ends', async () => {
      const making = await begin();
      await write(making.object);
      await remove(making);
      await catalog.app.get(ObjectSweeper).sweep();
      expect(await rowOf(making.object)).toMatchObject({ state: 'abandoned', writer_ended_at: null });
      expect(await bytesOf(making.object)).toHaveLength(3);
      const { image_id, job_id, object } = making;
      await catalog.publish(ImageImportedV1, image_id, importedData(image_id, job_id, object));
      await sweptAndEmpty(making);
    });

    it('does not wait for ever for a writer that never says that it ended', async () => {
      const making = await begin();
      await write(making.object);
      await remove(making);
      await catalog.db.query('UPDATE catalog.objects SET sweep_at = now() WHERE id = $1', [making.object.object_id]);
      await sweptAndEmpty(making);
    });

    it('sweeps again what a writer thought dead brings back', async () => {
      const making = await begin();
      await catalog.publish(ImageImportFailedV1, making.image_id, failedData(making.image_id, making.job_id));
      await sweptAndEmpty(making);
      await write(making.object);
      await sweptAndEmpty(making);
    });

    it('remembers what it swept as long as it was told to, then forgets it', async () => {
      const making = await begin();
      await catalog.publish(ImageImportFailedV1, making.image_id, failedData(making.image_id, making.job_id));
      await sweptAndEmpty(making);
      await catalog.db.query(`UPDATE catalog.objects SET swept_at = now() - interval '2 hours' WHERE id = $1`, [
        making.object.object_id,
      ]);
      await eventually(async () => {
        expect(await rowOf(making.object)).toBeNull();
      });
    });

    it('begins again where a crash cut it off, and one replica at a time', async () => {
      const making = await begin();
      await write(making.object);
      const claims = catalog.app.get(SweepClaims);
      // A replica claims the object and dies: as if its claim had been made by the statement that abandons it.
      await catalog.db.query(
        `UPDATE catalog.objects SET state = 'abandoned', abandoned_at = now(), sweep_at = now() + interval '1 hour'
         WHERE id = $1`,
        [making.object.object_id],
      );
      expect((await claims.claim()).map(({ id }) => id)).not.toContain(making.object.object_id);
      await catalog.store.deleteMany([making.object.key]);
      await catalog.db.query('UPDATE catalog.objects SET sweep_at = now() WHERE id = $1', [making.object.object_id]);
      await sweptAndEmpty(making);
    });

    it.each([
      ['imported', 'failed', 'deleted'],
      ['imported', 'deleted', 'failed'],
      ['failed', 'imported', 'deleted'],
      ['failed', 'deleted', 'imported'],
      ['deleted', 'imported', 'failed'],
      ['deleted', 'failed', 'imported'],
    ] as const)('leaves no byte in whatever order things end: %s, %s, %s', async (...ends) => {
      const making = await begin();
      await write(making.object);
      const { image_id, job_id, object } = making;
      for (const end of ends) {
        if (end === 'imported')
          await catalog.publish(ImageImportedV1, image_id, importedData(image_id, job_id, object));
        if (end === 'failed') await catalog.publish(ImageImportFailedV1, image_id, failedData(image_id, job_id));
        if (end === 'deleted') await remove(making);
      }
      await eventually(async () => {
        expect(await rowOf(object)).toMatchObject({ state: 'swept', writer_ended_at: expect.any(Date) });
        expect(await bytesOf(object)).toEqual([]);
        expect(catalog.recorder.typesAbout(image_id).at(-1)).toBe('ImageDeleted');
      });
      expect(
        await catalog.db.query('SELECT 1 FROM catalog.object_references WHERE object_id = $1', [object.object_id]),
      ).toEqual([]);
    });

    it('does not touch the objects of live images', async () => {
      const making = await begin();
      await complete(making);
      await catalog.app.get(ObjectSweeper).sweep();
      expect(await bytesOf(making.object)).toHaveLength(2);
    });
  });

  it('have rows and bytes that agree while images are made; what has no row or no object is named', async () => {
    const making = await begin();
    await write(making.object);
    const sealed = await begin();
    await complete(sealed);
    expect(await catalog.wrongObjects()).toEqual([]);
    const orphan = making.object.key.replace(making.object.object_id, randomUUID());
    await catalog.store.put(orphan, Buffer.from('lost'));
    await catalog.store.deleteMany([indexKey(sealed.object.key)]);
    expect(await catalog.wrongObjects()).toMatchObject([
      { subject: orphan, problem: 'object_orphan' },
      { subject: indexKey(sealed.object.key), problem: 'object_missing' },
    ]);
  });
});
