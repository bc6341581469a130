import { randomUUID } from 'node:crypto';
import {
  type BootProof,
  BootProofWantedV1,
  DeleteImage,
  GetBootProof,
  GetImage,
  HoldImage,
  ImageBootNotProvenV1,
  ImageBootProvenV1,
  ImageCopiedV1,
  ImageImportedV1,
  ListImages,
  RegisterCopy,
  RegisterImage,
  type ShownImage,
  UpdateImage,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CatalogUnderTest,
  operator,
  OTHER_REGION,
  REGION,
  startCatalog,
  tenant,
  worker,
} from '../../test/catalog-under-test.ts';
import { copiedData, importedData, jobView, registration } from '../../test/requests.ts';
import { Shares } from '../../test/shares.ts';
import { type MadeImage, SomeImages } from '../../test/some-images.ts';

describe('whether an image boots', () => {
  let catalog: CatalogUnderTest;
  let images: SomeImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    images = new SomeImages(catalog);
  });
  afterAll(() => catalog.close());

  const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  const seen = { seconds: 7.5, serial_log: 'the end\n' };
  const proven = (second = 1) =>
    ({ status: 'proven', evidence: 'web login:', attempted_at: at(second), ...seen }) as const;
  const unproven = (second = 1) =>
    ({
      ...seen,
      status: 'not_proven',
      code: 'silent',
      seen: 'Nothing.',
      remedy: 'Speak.',
      attempted_at: at(second),
    }) as const;

  /** Compute says what it saw. */
  async function booted({ image_id }: Pick<MadeImage, 'image_id'>, proof: BootProof): Promise<void> {
    const about = { job: jobView(randomUUID(), image_id, 'succeeded'), image_id };
    const published =
      proof.status === 'proven'
        ? catalog.publish(ImageBootProvenV1, image_id, { ...about, proof })
        : catalog.publish(ImageBootNotProvenV1, image_id, { ...about, proof });
    await catalog.applied(await published);
  }

  const proofOf = async (image_id: string, as: RequestContext, region = REGION): Promise<BootProof> =>
    (await catalog.ask(GetBootProof, { image_id, region }, as)).proof;

  const image = async ({ image_id, owner }: MadeImage): Promise<ShownImage> =>
    (await catalog.ask(GetImage, { image_id, region: REGION }, owner)).image;

  const found = async (boot: string, as: RequestContext): Promise<string[]> => {
    const filters = { properties: { boot } };
    const page = await catalog.ask(ListImages, { region: REGION, limit: 100, marker: null, filters }, as);
    return page.images.map(({ id }) => id);
  };

  it('is as compute saw it last, shown on the image, and found by it', async () => {
    const made = await images.makeActive();
    await expect(proofOf(made.image_id, made.owner)).rejects.toMatchObject({ code: 'image.boot_not_attempted' });
    expect((await image(made)).boot).toBeNull();
    await booted(made, unproven(1));
    expect(await proofOf(made.image_id, made.owner)).toEqual(unproven(1));
    expect([await found('proven', made.owner), await found('not_proven', made.owner)]).toEqual([[], [made.image_id]]);
    await booted(made, proven(3));
    await booted(made, unproven(2));
    expect(await proofOf(made.image_id, made.owner)).toEqual(proven(3));
    expect(await image(made)).toMatchObject({ boot: 'proven' });
    expect([await found('proven', made.owner), await found('not_proven', made.owner)]).toEqual([[made.image_id], []]);
  });

  it('is told to who may have the image, and hidden with it from everybody else', async () => {
    const made = await images.makeActive();
    await booted(made, proven());
    for (const who of [tenant(made.owner.project_id, ['reader']), operator()]) {
      expect((await proofOf(made.image_id, who)).status).toBe('proven');
    }
    const member = tenant(randomUUID());
    await expect(proofOf(made.image_id, member)).rejects.toMatchObject({ code: 'image.not_found' });
    await expect(proofOf(made.image_id, made.owner, OTHER_REGION)).rejects.toMatchObject({ code: 'image.not_found' });
    expect(await found('proven', member)).toEqual([]);
    const shares = new Shares(catalog, made);
    await shares.with(member.project_id, 'pending');
    await catalog.applied(await shares.answered(member.project_id, 'accepted')());
    expect((await proofOf(made.image_id, member)).status).toBe('proven');
  });

  it('is found out by a service on its own account, which makes no servers of the image', async () => {
    const made = await images.makeActive();
    const held = { image_id: made.image_id, region: REGION, disk_ids: [randomUUID()] };
    const asService = worker(made.owner.project_id);
    await expect(catalog.ask(HoldImage, held, asService)).rejects.toMatchObject({ code: 'auth.forbidden' });
    const { image: known } = await catalog.ask(HoldImage, { ...held, purpose: 'boot_proof' }, asService);
    expect(known.id).toBe(made.image_id);
    const asOther = { ...held, purpose: 'boot_proof' as const };
    await expect(catalog.ask(HoldImage, asOther, tenant(randomUUID()))).rejects.toMatchObject({
      code: 'image.not_found',
    });
  });

  it('is said by nobody else', async () => {
    const made = await images.makeActive();
    const changes = [{ op: 'add', name: 'boot', value: 'proven' }] as const;
    const wanted = { image_id: made.image_id, region: REGION, changes: [...changes], strict_add: false };
    await expect(catalog.ask(UpdateImage, wanted, made.owner)).rejects.toMatchObject({
      code: 'image.attribute_read_only',
    });
  });

  it('goes with the image, also when it is told after that', async () => {
    const made = await images.makeActive();
    await booted(made, proven());
    await catalog.ask(DeleteImage, { image_id: made.image_id, region: REGION }, made.owner);
    await booted(made, proven(2));
    expect(await catalog.db.query('SELECT 1 FROM catalog.boot_proofs WHERE image_id = $1', [made.image_id])).toEqual(
      [],
    );
    expect(await found('proven', made.owner)).toEqual([]);
  });

  it('is that of a copy, too', async () => {
    const made = await images.makeActive();
    await booted(made, proven());
    const source = { image_id: made.image_id, region: REGION };
    const copy = { image_id: randomUUID(), job_id: randomUUID(), region: OTHER_REGION };
    await catalog.ask(RegisterCopy, { ...copy, source, name: 'copied', public_images: false }, made.owner);
    const object = await images.allocate({ ...copy, owner: made.owner }, OTHER_REGION);
    await catalog.applied(await catalog.publish(ImageCopiedV1, copy.image_id, copiedData({ ...copy, source }, object)));
    expect(await proofOf(copy.image_id, made.owner, OTHER_REGION)).toEqual(proven());
  });

  it('is wanted to be known once the image is active, when whoever had it made wished so', async () => {
    const wants = async (verify_boot?: boolean): Promise<unknown[]> => {
      const owner = tenant(randomUUID());
      const request = { ...registration(), ...(verify_boot !== undefined && { verify_boot }) };
      const { image_id, job_id } = request;
      await catalog.ask(RegisterImage, request, owner);
      const object = await images.allocate({ image_id, job_id, owner });
      await catalog.publish(ImageImportedV1, image_id, importedData(image_id, job_id, object));
      await images.settled({ image_id, job_id, owner });
      // What is told of an image is told in order: after its end nothing more comes.
      await catalog.ask(DeleteImage, { image_id, region: REGION }, owner);
      await eventually(() => {
        expect(catalog.recorder.typesAbout(image_id)).toContain('ImageDeleted');
      });
      return catalog.recorder.events
        .filter(({ type, subject }) => type === BootProofWantedV1.type && subject === image_id)
        .map(({ data }) => data);
    };
    expect(await wants(true)).toEqual([{ image_id: expect.any(String), owner: expect.any(String), region: REGION }]);
    expect([await wants(false), await wants()]).toEqual([[], []]);
  });
});
