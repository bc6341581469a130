import { randomUUID } from 'node:crypto';
import {
  AllocateObject,
  BeginImport,
  BeginUpload,
  type DataOf,
  DeleteImage,
  GetImage,
  type ImageRecord,
  ImageImportedV1,
  ImageImportFailedV1,
  ImageStagedV1,
  ImageUploadedV1,
  ImageUploadFailedV1,
  LocateImageFile,
  refusal,
  RegisterImage,
  WithdrawImport,
} from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { failedData, importedData, registration, storedObject } from '../../test/requests.ts';

interface Upload {
  readonly image_id: string;
  readonly owner: RequestContext;
  readonly upload_session_id: string;
  readonly object: { readonly object_id: string; readonly key: string };
}

const FORMATS = { disk_format: 'raw', container_format: 'bare' } as const;

describe('uploads to images', () => {
  let catalog: CatalogUnderTest;

  beforeAll(async () => {
    catalog = await startCatalog();
  });
  afterAll(() => catalog.close());

  async function register(
    formats: Partial<Parameters<typeof registration>[0]> = FORMATS,
  ): Promise<{ image_id: string; owner: RequestContext }> {
    const owner = tenant(randomUUID());
    const { image_id, ...rest } = registration(formats);
    await catalog.ask(RegisterImage, { image_id, ...rest, ...formats, job_id: null }, owner);
    return { image_id, owner };
  }

  function begin(
    image_id: string,
    owner: RequestContext,
    upload_session_id: string = randomUUID(),
  ): Promise<Upload['object'] & { disk_format: string | null; owner: string }> {
    return catalog.ask(BeginUpload, { image_id, region: REGION, upload_session_id }, owner);
  }

  async function begun(): Promise<Upload> {
    const { image_id, owner } = await register();
    const upload_session_id = randomUUID();
    const { object_id, key } = await begin(image_id, owner, upload_session_id);
    await catalog.store.put(key, Buffer.from('data'));
    return { image_id, owner, upload_session_id, object: { object_id, key } };
  }

  async function imageOf({ image_id, owner }: Pick<Upload, 'image_id' | 'owner'>): Promise<ImageRecord> {
    return (await catalog.ask(GetImage, { image_id, region: REGION }, owner)).image;
  }

  async function uploaded({ image_id, upload_session_id, object }: Upload): Promise<void> {
    const stored = { ...storedObject(object), disk_format: 'raw', index_hash: null };
    await catalog.publish(ImageUploadedV1, image_id, { image_id, upload_session_id, object: stored });
  }

  async function failed({ image_id, upload_session_id }: Upload): Promise<void> {
    const error = refusal('upload.cut', 'It was cut.').toDocument();
    await catalog.publish(ImageUploadFailedV1, image_id, { image_id, upload_session_id, error });
  }

  function comesTo(upload: Upload, status: ImageRecord['status']): Promise<ImageRecord> {
    return eventually(async () => {
      const image = await imageOf(upload);
      expect(image.status).toBe(status);
      return image;
    });
  }

  function isSwept({ object }: Upload): Promise<void> {
    return eventually(async () => {
      expect(await catalog.store.list(object.key)).toEqual([]);
    });
  }

  it('begin once per session, name one key, and make the image saving', async () => {
    const { image_id, owner } = await register();
    const session = randomUUID();
    const first = await begin(image_id, owner, session);
    expect(first).toMatchObject({ disk_format: 'raw', owner: owner.project_id });
    expect(await begin(image_id, owner, session)).toEqual(first);
    expect(await imageOf({ image_id, owner })).toMatchObject({ status: 'saving', version: 2 });
    await expect(begin(image_id, owner)).rejects.toMatchObject({ code: 'image.wrong_state' });
  });

  it('are for whoever may write the image, and for images that wait for a file of a known format', async () => {
    const { image_id, owner } = await register();
    await expect(begin(image_id, tenant(randomUUID()))).rejects.toMatchObject({ code: 'image.not_found' });
    const reader = tenant(owner.project_id, ['reader']);
    await expect(begin(image_id, reader)).rejects.toMatchObject({ code: 'auth.forbidden' });
    const made = registration();
    const importer = tenant(randomUUID());
    await catalog.ask(RegisterImage, made, importer);
    await expect(begin(made.image_id, importer)).rejects.toMatchObject({ code: 'image.wrong_state' });
    const unknown = await register({ disk_format: null });
    await expect(begin(unknown.image_id, unknown.owner)).rejects.toMatchObject({ code: 'image.format_missing' });
    const foreign = await register({ disk_format: 'vmdk', container_format: 'bare' });
    await expect(begin(foreign.image_id, foreign.owner)).rejects.toMatchObject({ code: 'image.format_unsupported' });
    expect(await imageOf(foreign)).toMatchObject({ status: 'queued', version: 1 });
    expect(await begin(image_id, operator())).toMatchObject({ owner: owner.project_id });
  });

  it('make the image active with the file as it came', async () => {
    const upload = await begun();
    await uploaded(upload);
    const image = await comesTo(upload, 'active');
    expect(image).toMatchObject({
      size: '4',
      container_format: 'bare',
      disk_format: 'raw',
      index_hash: null,
      job_id: null,
    });
    const { file } = await catalog.ask(LocateImageFile, { image_id: upload.image_id, region: REGION }, upload.owner);
    expect(file).toMatchObject({ key: upload.object.key, size: '4' });
    await expect(begin(upload.image_id, upload.owner)).rejects.toMatchObject({ code: 'image.wrong_state' });
    expect((await catalog.wrongObjects()).map(({ subject }) => subject)).not.toContain(upload.object.key);
  });

  it('that fail leave the image queued for another, and nothing in the store', async () => {
    const upload = await begun();
    await failed(upload);
    await comesTo(upload, 'queued');
    await isSwept(upload);
    await uploaded(upload); // late: of a session that was given up
    const next = randomUUID();
    const object = await begin(upload.image_id, upload.owner, next);
    await failed(upload);
    await uploaded({ ...upload, upload_session_id: next, object: { object_id: object.object_id, key: object.key } });
    await comesTo(upload, 'active');
  });

  it('to an image that is deleted meanwhile leave nothing, whichever is heard first', async () => {
    const upload = await begun();
    await catalog.ask(DeleteImage, { image_id: upload.image_id, region: REGION }, upload.owner);
    await uploaded(upload);
    await isSwept(upload);
    await expect(imageOf(upload)).rejects.toMatchObject({ code: 'image.not_found' });
  });

  it('that have ended are not begun by a request that comes late', async () => {
    const { image_id, owner } = await register();
    const upload = { image_id, owner, upload_session_id: randomUUID() };
    const other = await begun();
    await failed({ ...upload, object: other.object });
    await failed(other);
    await comesTo(other, 'queued'); // events come one after another
    await expect(begin(image_id, owner, upload.upload_session_id)).rejects.toMatchObject({ code: 'image.wrong_state' });
    expect(await imageOf(upload)).toMatchObject({ status: 'queued', version: 1 });
    expect(await begin(image_id, owner)).toMatchObject({ owner: owner.project_id });
  });

  it('may end for an image nobody knows, as when it was never begun', async () => {
    const image_id = randomUUID();
    const error = refusal('upload.cut', 'It was cut.').toDocument();
    await catalog.publish(ImageUploadFailedV1, image_id, { image_id, upload_session_id: randomUUID(), error });
    const upload = await begun();
    await failed(upload);
    await comesTo(upload, 'queued');
  });

  describe('that are staged', () => {
    const SIZE = '4';

    async function staged(): Promise<Upload> {
      const { image_id, owner } = await register();
      const upload_session_id = randomUUID();
      const wanted = { image_id, region: REGION, upload_session_id, stages: true };
      const { object_id, key } = await catalog.ask(BeginUpload, wanted, owner);
      await catalog.store.put(key, Buffer.from('data'));
      const upload = { image_id, owner, upload_session_id, object: { object_id, key } };
      await expect(importBy(upload)).rejects.toMatchObject({ code: 'image.wrong_state' }); // not all has come
      await catalog.publish(ImageStagedV1, image_id, { image_id, upload_session_id, size: SIZE });
      await eventually(async () => {
        expect(await imageOf(upload)).toMatchObject({ status: 'uploading', size: SIZE });
      });
      return upload;
    }

    function importBy({ image_id, owner }: Upload, job_id: string = randomUUID()): Promise<object> {
      return catalog.ask(BeginImport, { image_id, region: REGION, job_id, method: 'glance-direct' }, owner);
    }

    it('are imported by one job, whose end is theirs', async () => {
      const upload = await staged();
      const job_id = randomUUID();
      const file = { key: upload.object.key, size: SIZE };
      expect(await importBy(upload, job_id)).toMatchObject({ staged: file });
      expect(await importBy(upload, job_id)).toEqual({ staged: file, event_ids: [] });
      await expect(importBy(upload)).rejects.toMatchObject({ code: 'image.wrong_state' });
      const { image_id, owner } = upload;
      const place = { image_id, region: REGION, job_id };
      const service = serviceContext('import', owner.project_id, 'c-1');
      const object = await catalog.ask(AllocateObject, place, service);
      await catalog.store.put(object.key, Buffer.from('disk'));
      await catalog.publish(ImageImportedV1, image_id, importedData(image_id, job_id, object));
      const { properties } = await comesTo(upload, 'active');
      expect(properties).toEqual({ os_glance_importing_to_stores: '', os_glance_failed_import: '' });
      await isSwept(upload);
      const { file: stored } = await catalog.ask(LocateImageFile, { image_id, region: REGION }, owner);
      expect(stored).toMatchObject({ key: object.key });
    });

    it('that nobody imported leave their images as they were, and do not touch an import that has begun', async () => {
      const expired = (upload: Upload): DataOf<typeof ImageUploadFailedV1> => ({
        image_id: upload.image_id,
        upload_session_id: upload.upload_session_id,
        error: refusal('upload.expired', 'The staged file was not imported in time.').toDocument(),
      });
      const [forgotten, imported] = [await staged(), await staged()];
      await importBy(imported);
      await catalog.publish(ImageUploadFailedV1, imported.image_id, expired(imported));
      await catalog.publish(ImageUploadFailedV1, forgotten.image_id, expired(forgotten));
      expect(await comesTo(forgotten, 'queued')).toMatchObject({ size: null });
      await isSwept(forgotten);
      expect(await imageOf(imported)).toMatchObject({ status: 'importing', size: SIZE });
    });

    it('have no more room than their project, all of them together', async () => {
      catalog.quota.storageGib = 1;
      const { image_id, owner } = await register();
      const stage = (id: string, size: string | null): Promise<{ room: string | null }> =>
        catalog.ask(
          BeginUpload,
          { image_id: id, region: REGION, upload_session_id: randomUUID(), stages: true, size },
          owner,
        );
      const GIB = 2 ** 30;
      await expect(stage(image_id, String(GIB + 1))).rejects.toMatchObject({ code: 'quota.storage_exceeded' });
      expect(await stage(image_id, String(GIB - 10))).toMatchObject({ room: String(GIB) });
      const second = randomUUID();
      await catalog.ask(RegisterImage, { ...registration(FORMATS), image_id: second, job_id: null }, owner);
      const refused = {
        code: 'quota.storage_exceeded',
        details: { staged_bytes: String(GIB - 10), limit: 1, used: 0 },
      };
      await expect(stage(second, '11')).rejects.toMatchObject(refused);
      expect(await stage(second, null)).toMatchObject({ room: '10' });
      catalog.quota.storageGib = 20_480;
    });

    it('are gone after an import that failed, or that was never promised, and the image takes another', async () => {
      const upload = await staged();
      const { image_id, owner } = upload;
      const first = randomUUID();
      await importBy(upload, first);
      await catalog.publish(ImageImportFailedV1, image_id, failedData(image_id, first));
      expect(await comesTo(upload, 'queued')).toMatchObject({ size: null, job_id: null, error: null });
      await isSwept(upload);
      const second = randomUUID();
      const download = { image_id, region: REGION, method: 'web-download' } as const;
      await catalog.ask(BeginImport, { ...download, job_id: second }, owner);
      // What the first one still says, and taking it back, is not about the second.
      await catalog.publish(ImageImportFailedV1, image_id, failedData(image_id, first));
      const service = serviceContext('import', owner.project_id, 'c-1');
      await catalog.ask(WithdrawImport, { image_id, region: REGION, job_id: first }, service);
      expect(await imageOf(upload)).toMatchObject({ status: 'importing', job_id: second });
      await catalog.ask(WithdrawImport, { image_id, region: REGION, job_id: second }, service);
      expect(await imageOf(upload)).toMatchObject({
        status: 'queued',
        properties: { os_glance_failed_import: REGION },
      });
      await expect(
        catalog.ask(WithdrawImport, { image_id, region: REGION, job_id: second }, owner),
      ).rejects.toMatchObject({ code: 'auth.forbidden' });
    });
  });
});
