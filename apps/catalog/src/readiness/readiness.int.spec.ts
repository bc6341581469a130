import { randomUUID } from 'node:crypto';
import {
  CapturedImageExaminedV1,
  DeleteImage,
  GetImageGeneralization,
  GetImageReadiness,
  ImageGeneralizedV1,
  ImportedImageExaminedV1,
  ImageCopiedV1,
  RegisterCopy,
  type ResponseOf,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CatalogUnderTest,
  operator,
  OTHER_REGION,
  REGION,
  startCatalog,
  tenant,
} from '../../test/catalog-under-test.ts';
import { Publishing } from '../../test/publishing.ts';
import { copiedData, examinedData, generalizedData } from '../../test/requests.ts';
import { Shares } from '../../test/shares.ts';
import { type MadeImage, SomeImages } from '../../test/some-images.ts';

describe('the readiness of an image', () => {
  let catalog: CatalogUnderTest;
  let images: SomeImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    images = new SomeImages(catalog);
  });
  afterAll(() => catalog.close());

  const stranger = (): RequestContext => tenant(randomUUID());

  function readiness(
    image_id: string,
    as: RequestContext,
    region = REGION,
  ): Promise<ResponseOf<typeof GetImageReadiness>> {
    return catalog.ask(GetImageReadiness, { image_id, region }, as);
  }

  async function examined(
    { image_id, job_id }: MadeImage,
    said: Parameters<typeof examinedData>[2] = {},
  ): Promise<void> {
    await catalog.applied(
      await catalog.publish(ImportedImageExaminedV1, image_id, examinedData(image_id, job_id, said)),
    );
  }

  function generalization(
    image_id: string,
    as: RequestContext,
    region = REGION,
  ): Promise<ResponseOf<typeof GetImageGeneralization>> {
    return catalog.ask(GetImageGeneralization, { image_id, region }, as);
  }

  async function generalized({ image_id, job_id }: MadeImage): Promise<void> {
    await catalog.applied(await catalog.publish(ImageGeneralizedV1, image_id, generalizedData(image_id, job_id)));
  }

  async function rows(imageId: string): Promise<number> {
    const found: unknown[] = await catalog.db.query(
      `SELECT 1 FROM catalog.readiness WHERE image_id = $1 UNION ALL
       SELECT 1 FROM catalog.generalizations WHERE image_id = $1`,
      [imageId],
    );
    return found.length;
  }

  it('is what import or capture found when the image was made', async () => {
    const made = await images.register();
    await expect(readiness(made.image_id, made.owner)).rejects.toMatchObject({
      code: 'image.not_examined',
      kind: 'not_found',
    });
    const data = examinedData(made.image_id, made.job_id);
    await catalog.applied(await catalog.publish(ImportedImageExaminedV1, made.image_id, data));
    const { report, examined_at } = data;
    expect(await readiness(made.image_id, made.owner)).toEqual({ image_id: made.image_id, report, examined_at });
    const captured = await images.register();
    await catalog.applied(
      await catalog.publish(
        CapturedImageExaminedV1,
        captured.image_id,
        examinedData(captured.image_id, captured.job_id, { status: 'problem' }),
      ),
    );
    expect((await readiness(captured.image_id, captured.owner)).report.status).toBe('problem');
  });

  it('is told to who may have the image, and hidden with it from everybody else', async () => {
    const made = await images.makeActive();
    await examined(made);
    const reader = tenant(made.owner.project_id, ['reader']);
    for (const who of [reader, operator()]) {
      expect((await readiness(made.image_id, who)).report.status).toBe('warning');
    }
    await expect(readiness(made.image_id, stranger())).rejects.toMatchObject({ code: 'image.not_found' });
    await expect(readiness(made.image_id, made.owner, OTHER_REGION)).rejects.toMatchObject({ code: 'image.not_found' });
    await expect(readiness(randomUUID(), made.owner)).rejects.toMatchObject({ code: 'image.not_found' });
  });

  it('is told to members who accepted the image, and of a public one to everybody', async () => {
    const made = await images.makeActive();
    await examined(made);
    const member = stranger();
    const shares = new Shares(catalog, made);
    await shares.with(member.project_id, 'pending');
    await expect(readiness(made.image_id, member)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await catalog.applied(await shares.answered(member.project_id, 'accepted')());
    expect((await readiness(made.image_id, member)).image_id).toBe(made.image_id);
    const shown = await images.makeActive();
    await examined(shown);
    await new Publishing(catalog).publish(shown.image_id);
    expect((await readiness(shown.image_id, stranger())).image_id).toBe(shown.image_id);
  });

  it('has beside it what was changed in the image, for the same people', async () => {
    const made = await images.register();
    await expect(generalization(made.image_id, made.owner)).rejects.toMatchObject({
      code: 'image.not_generalized',
      kind: 'not_found',
    });
    await generalized(made);
    const { report, generalized_at } = generalizedData(made.image_id, made.job_id);
    const reader = tenant(made.owner.project_id, ['reader']);
    for (const who of [made.owner, reader, operator()]) {
      expect(await generalization(made.image_id, who)).toEqual({ image_id: made.image_id, report, generalized_at });
    }
    await expect(generalization(made.image_id, stranger())).rejects.toMatchObject({ code: 'image.not_found' });
    const shared = await images.makeActive();
    await generalized(shared);
    const member = stranger();
    const shares = new Shares(catalog, shared);
    await shares.with(member.project_id, 'pending');
    await expect(generalization(shared.image_id, member)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await catalog.applied(await shares.answered(member.project_id, 'accepted')());
    expect(await generalization(shared.image_id, member)).toMatchObject({ report });
  });

  it('is the newest there is, in whatever order reports come, and however often', async () => {
    const made = await images.register();
    const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
    await examined(made, { status: 'problem', examined_at: at(2) });
    await examined(made, { status: 'ok', examined_at: at(1) });
    expect(await readiness(made.image_id, made.owner)).toMatchObject({
      report: { status: 'problem' },
      examined_at: at(2),
    });
    await examined(made, { status: 'ok', examined_at: at(3) });
    await examined(made, { status: 'problem', examined_at: at(3) });
    expect(await readiness(made.image_id, made.owner)).toMatchObject({ report: { status: 'ok' }, examined_at: at(3) });
  });

  it('goes with the image, also when it is told after that', async () => {
    const made = await images.makeActive();
    await examined(made);
    await generalized(made);
    expect(await rows(made.image_id)).toBe(2);
    await catalog.ask(DeleteImage, { image_id: made.image_id, region: REGION }, made.owner);
    expect(await rows(made.image_id)).toBe(0);
    await examined(made);
    await generalized(made);
    expect(await rows(made.image_id)).toBe(0);
    await expect(readiness(made.image_id, made.owner)).rejects.toMatchObject({ code: 'image.not_found' });
  });

  it('is that of a copy, too, and stays with it', async () => {
    const made = await images.makeActive();
    await examined(made);
    await generalized(made);
    const source = { image_id: made.image_id, region: REGION };
    const copy = { image_id: randomUUID(), job_id: randomUUID(), region: OTHER_REGION };
    await catalog.ask(RegisterCopy, { ...copy, source, name: 'copied', public_images: false }, made.owner);
    const object = await images.allocate({ ...copy, owner: made.owner }, OTHER_REGION);
    await catalog.applied(await catalog.publish(ImageCopiedV1, copy.image_id, copiedData({ ...copy, source }, object)));
    const original = await readiness(made.image_id, made.owner);
    const changed = await generalization(made.image_id, made.owner);
    await catalog.ask(DeleteImage, { image_id: made.image_id, region: REGION }, made.owner);
    expect(await readiness(copy.image_id, made.owner, OTHER_REGION)).toEqual({ ...original, image_id: copy.image_id });
    expect(await generalization(copy.image_id, made.owner, OTHER_REGION)).toEqual({
      ...changed,
      image_id: copy.image_id,
    });
  });
});
