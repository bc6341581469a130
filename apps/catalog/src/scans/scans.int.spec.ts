import { randomUUID } from 'node:crypto';
import {
  DeleteImage,
  GetImage,
  GetImageScan,
  ImageCopiedV1,
  type ImageScan,
  ListImages,
  PublishImage,
  RegisterCopy,
  UpdateImage,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { Publishing } from '../../test/publishing.ts';
import { copiedData } from '../../test/requests.ts';
import { Shares } from '../../test/shares.ts';
import { type MadeImage, SomeImages } from '../../test/some-images.ts';

const HOUR = 3_600_000;

describe('what is in the files of an image', () => {
  let catalog: CatalogUnderTest;
  let images: SomeImages;
  let publishing: Publishing;

  beforeAll(async () => {
    catalog = await startCatalog();
    images = new SomeImages(catalog);
    publishing = new Publishing(catalog);
  });
  afterAll(() => catalog.close());

  const ago = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString();
  const EICAR = { signature: 'Imago.Test.EICAR', where: 'partition 1', path: '/root/eicar.com' };
  const infected = (scanned_at = ago(0)): Partial<ImageScan> => ({
    status: 'infected',
    seen: 'Malware was found in 1 file.',
    malware: [EICAR],
    malware_count: 1,
    scanned_at,
  });

  const scanOf = async (image_id: string, as: RequestContext): Promise<ImageScan> =>
    (await catalog.ask(GetImageScan, { image_id, region: REGION }, as)).scan;

  const shown = async ({ image_id, owner }: MadeImage): Promise<unknown> =>
    (await catalog.ask(GetImage, { image_id, region: REGION }, owner)).image.scan;

  it('is kept with it as the newest scan says, whatever comes in between', async () => {
    const made = await images.makeActive();
    await expect(scanOf(made.image_id, made.owner)).rejects.toMatchObject({ code: 'image.not_scanned' });
    expect(await shown(made)).toBeNull();
    await publishing.scanned(made.image_id, infected(ago(1)));
    expect(await shown(made)).toBe('infected');
    await publishing.scanned(made.image_id, { scanned_at: ago(2) }); // older, and told later
    expect(await scanOf(made.image_id, made.owner)).toMatchObject({ status: 'infected', malware: [EICAR] });
    await publishing.scanned(made.image_id);
    expect(await shown(made)).toBe('clean');
    const filters = { properties: { scan: 'clean' } };
    const page = await catalog.ask(ListImages, { region: REGION, limit: 100, marker: null, filters }, made.owner);
    expect(page.images.map(({ id }) => id)).toEqual([made.image_id]);
  });

  it('is told to its owner and to operators: who received it sees no more than what it came to', async () => {
    const made = await images.makeActive();
    await publishing.scanned(made.image_id, infected());
    const member = tenant(randomUUID());
    const shares = new Shares(catalog, made);
    await shares.with(member.project_id, 'pending');
    await catalog.applied(await shares.answered(member.project_id, 'accepted')());
    await expect(scanOf(made.image_id, member)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(scanOf(made.image_id, tenant(randomUUID()))).rejects.toMatchObject({ code: 'image.not_found' });
    expect((await scanOf(made.image_id, operator())).status).toBe('infected');
    expect(await shown({ ...made, owner: member })).toBe('infected');
  });

  it.each<[string, Partial<ImageScan>, string]>([
    ['holds malware', infected(), 'image.scan_not_clean'],
    ['could not be read in full', { status: 'incomplete', gap_count: 1 }, 'image.scan_not_clean'],
    [
      'was not scanned for want of signatures',
      { status: 'not_scanned', code: 'database_missing' },
      'image.scan_missing',
    ],
    ['was scanned long ago', { scanned_at: ago(169) }, 'image.scan_outdated'],
    ['has nothing that sets up its servers', { initialisation_component: null }, 'image.initialisation_missing'],
  ])('keeps it from everybody when it %s, whatever an operator says', async (_why, found, code) => {
    const { image_id } = await images.makeActive();
    await publishing.scanned(image_id, found);
    await publishing.review(image_id);
    const publish = catalog.ask(PublishImage, { image_id, region: REGION }, operator());
    await expect(publish).rejects.toMatchObject({ code });
  });

  it('is named with its path when it keeps the image from everybody', async () => {
    const { image_id } = await images.makeActive();
    await publishing.scanned(image_id, infected());
    await publishing.review(image_id);
    const publish = catalog.ask(PublishImage, { image_id, region: REGION }, operator());
    await expect(publish).rejects.toMatchObject({ details: { malware: [EICAR] } });
  });

  it('goes with it, and is true of a copy', async () => {
    const made = await images.makeActive();
    await publishing.scanned(made.image_id);
    const copy = { image_id: randomUUID(), job_id: randomUUID(), region: REGION };
    const source = { image_id: made.image_id, region: REGION };
    await catalog.ask(RegisterCopy, { ...copy, source, name: 'copy', public_images: false }, made.owner);
    const object = await images.allocate({ ...copy, owner: made.owner });
    const told = copiedData({ ...copy, source }, object);
    await catalog.applied(await catalog.publish(ImageCopiedV1, copy.image_id, told));
    expect(await scanOf(copy.image_id, made.owner)).toEqual(await scanOf(made.image_id, made.owner));
    await catalog.ask(DeleteImage, { image_id: made.image_id, region: REGION }, made.owner);
    const kept: unknown[] = await catalog.db.query('SELECT 1 FROM catalog.image_scans WHERE image_id = $1', [
      made.image_id,
    ]);
    expect(kept).toEqual([]);
  });

  it('is said by nobody else', async () => {
    const { image_id, owner } = await images.makeActive();
    const changes = [{ op: 'add' as const, name: 'scan', value: 'clean' }];
    const said = catalog.ask(UpdateImage, { image_id, region: REGION, changes, strict_add: false }, owner);
    await expect(said).rejects.toMatchObject({ code: 'image.attribute_read_only' });
  });

  it('is not kept of an image that is gone', async () => {
    const made = await images.makeActive();
    await catalog.ask(DeleteImage, { image_id: made.image_id, region: REGION }, made.owner);
    await publishing.scanned(made.image_id);
    const kept: unknown[] = await catalog.db.query('SELECT 1 FROM catalog.image_scans WHERE image_id = $1', [
      made.image_id,
    ]);
    expect(kept).toEqual([]);
  });
});
