import {
  DeleteImage,
  GetImage,
  HoldImage,
  type ImageFilters,
  imageFilters,
  ListImages,
  LocateImageFile,
  UpdateImage,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { Shares, someProject } from '../../test/shares.ts';
import { type MadeImage, SomeImages } from '../../test/some-images.ts';

describe('the members of an image', () => {
  let catalog: CatalogUnderTest;
  let images: SomeImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    images = new SomeImages(catalog);
  });
  afterAll(() => catalog.close());

  async function listed(context: RequestContext, filters: Partial<ImageFilters> = {}): Promise<readonly string[]> {
    const request = { region: REGION, limit: 100, marker: null, filters: imageFilters.parse(filters) };
    return (await catalog.ask(ListImages, request, context)).images.map(({ id }) => id);
  }

  function setVisibility({ image_id, owner }: MadeImage, value: string): Promise<unknown> {
    const changes = [{ op: 'replace' as const, name: 'visibility', value }];
    const again = { ...owner, request_id: randomUUID() };
    return catalog.ask(UpdateImage, { image_id, region: REGION, changes, strict_add: false }, again);
  }

  async function sharedWith(status: 'accepted' | 'pending' | 'rejected'): Promise<[MadeImage, RequestContext, Shares]> {
    const image = await images.makeActive();
    const member = tenant(someProject());
    const shares = new Shares(catalog, image);
    await shares.with(member.project_id, status);
    return [image, member, shares];
  }

  it('make a private image shared, and the last to go makes it private, each told once', async () => {
    const [image, member, shares] = await sharedWith('accepted');
    expect(await images.show(image.image_id, image.owner)).toMatchObject({ visibility: 'shared' });
    await catalog.applied(await shares.unshared(member.project_id, true)());
    expect(await images.show(image.image_id, image.owner)).toMatchObject({ visibility: 'private' });
    await eventually(() => {
      const updates = catalog.recorder.about(image.image_id).filter(({ type }) => type === 'ImageUpdated');
      const told = updates.map(({ data }) => data as { changed: string[]; image: { visibility: string } });
      expect(
        told.filter(({ changed }) => changed.includes('visibility')).map(({ image: { visibility } }) => visibility),
      ).toEqual(['shared', 'private']);
    });
  });

  it.each([
    { status: 'accepted', see: true, use: true },
    { status: 'pending', see: true, use: false },
    { status: 'rejected', see: true, use: false },
  ] as const)('who $status see it by its id ($see) and use it ($use)', async ({ status, use }) => {
    const [image, member] = await sharedWith(status);
    const at = { image_id: image.image_id, region: REGION };
    expect((await catalog.ask(GetImage, at, member)).image.id).toBe(image.image_id);
    for (const using of [
      () => catalog.ask(LocateImageFile, at, member),
      () => catalog.ask(HoldImage, { ...at, disk_ids: [randomUUID()] }, member),
    ]) {
      if (use) await using();
      else await expect(using()).rejects.toMatchObject({ code: 'auth.forbidden' });
    }
    expect(await listed(member)).toEqual(use ? [image.image_id] : []);
    expect(await listed(member, { visibility: 'shared', member_status: status })).toEqual([image.image_id]);
    expect(await listed(member, { visibility: 'all', member_status: 'all' })).toEqual([image.image_id]);
    for (const change of [
      () => catalog.ask(DeleteImage, at, member),
      () => catalog.ask(UpdateImage, { ...at, changes: [], strict_add: false }, member),
    ])
      await expect(change()).rejects.toMatchObject({ code: 'auth.forbidden' });
  });

  it('of another image, and strangers, see nothing', async () => {
    const [image] = await sharedWith('accepted');
    const [, other] = await sharedWith('accepted');
    for (const somebody of [other, tenant(someProject())]) {
      await expect(catalog.ask(GetImage, { image_id: image.image_id, region: REGION }, somebody)).rejects.toMatchObject(
        { code: 'image.not_found' },
      );
      expect(await listed(somebody, { visibility: 'all', member_status: 'all' })).not.toContain(image.image_id);
    }
  });

  it('are hidden while the image is set to be private, and are back when it is shared again', async () => {
    const [image, member] = await sharedWith('accepted');
    await setVisibility(image, 'private');
    await expect(catalog.ask(GetImage, { image_id: image.image_id, region: REGION }, member)).rejects.toMatchObject({
      code: 'image.not_found',
    });
    expect(await listed(member)).toEqual([]);
    await setVisibility(image, 'shared');
    expect(await listed(member)).toEqual([image.image_id]);
  });

  it('are counted when the image is deleted, those who never answered too', async () => {
    const [image, member, shares] = await sharedWith('accepted');
    const pending = someProject();
    await shares.with(pending, 'pending');
    await shares.with(someProject(), 'rejected');
    const at = { image_id: image.image_id, region: REGION };
    expect(await catalog.ask(DeleteImage, at, image.owner)).toMatchObject({ members_losing: 2 });
    await eventually(() => {
      const [deleted] = catalog.recorder.about(image.image_id).filter(({ type }) => type === 'ImageDeleted');
      const losing = [member.project_id, pending].sort();
      expect(deleted?.data).toMatchObject({ members: losing });
      expect(deleted?.audience).toBe(image.owner.project_id);
    });
    expect(await listed(member)).toEqual([]);
  });

  it('page through what they received beside their own, and no image twice', async () => {
    const member = tenant(someProject());
    const own = [await images.register(member), await images.register(member)];
    const received: string[] = [];
    for (let n = 0; n < 3; n++) {
      const image = await images.makeActive();
      await new Shares(catalog, image).with(member.project_id);
      received.push(image.image_id);
    }
    const pages: string[] = [];
    for (let marker: string | null = null; ;) {
      const request = { region: REGION, limit: 2, marker, filters: imageFilters.parse({}) };
      const page: { images: { id: string }[]; next_marker: string | null } = await catalog.ask(
        ListImages,
        request,
        member,
      );
      pages.push(...page.images.map(({ id }) => id));
      marker = page.next_marker;
      if (marker === null) break;
    }
    expect(pages).toEqual([...own.map(({ image_id }) => image_id), ...received].reverse());
  });
});
