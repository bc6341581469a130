import { randomUUID } from 'node:crypto';
import {
  AddImageTag,
  ConfirmCatalogApplied,
  DeactivateImage,
  type ImageRecord,
  LocateImageFile,
  ReactivateImage,
  RegisterImage,
  RemoveImageTag,
  type RequestOf,
  UpdateImage,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { registration } from '../../test/requests.ts';
import { SomeImages } from '../../test/some-images.ts';

type Change = RequestOf<typeof UpdateImage>['changes'][number];

describe('editing images', () => {
  let catalog: CatalogUnderTest;
  let images: SomeImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    images = new SomeImages(catalog);
  });
  afterAll(() => catalog.close());

  /** An image as an OpenStack client makes it: no job, and only what was said. */
  async function made(
    owner: RequestContext,
    overrides: Partial<RequestOf<typeof RegisterImage>> = {},
  ): Promise<ImageRecord> {
    const request = { ...registration(overrides), job_id: null, ...overrides };
    return (await catalog.ask(RegisterImage, request, owner)).image;
  }

  /** Another request of the same caller. */
  function again(context: RequestContext): RequestContext {
    return { ...context, request_id: randomUUID() };
  }

  function update(
    image: ImageRecord,
    context: RequestContext,
    changes: Change[],
    strict_add = false,
  ): Promise<{ image: ImageRecord; event_ids: string[]; changed: string[] }> {
    return catalog.ask(UpdateImage, { image_id: image.id, region: REGION, changes, strict_add }, again(context));
  }

  describe('registering', () => {
    it('keeps what an OpenStack client says, and nothing it does not say', async () => {
      const owner = tenant(randomUUID());
      const { facts, ...rest } = registration();
      const { architecture, os_distro, os_version, ...others } = facts;
      expect([architecture, os_distro, os_version]).not.toContain(undefined);
      const image = await made(owner, {
        ...rest,
        image_id: randomUUID(),
        facts: { ...others, name: null, min_disk: 0 },
        visibility: 'shared',
        protected: true,
        disk_format: null,
        container_format: null,
        properties: { hw_disk_bus: 'virtio', architecture: 'ppc64le', hw_firmware_type: 'uefi' },
      });
      expect(image).toMatchObject({
        name: null,
        min_disk: 0,
        visibility: 'shared',
        protected: true,
        disk_format: null,
        container_format: null,
        architecture: 'ppc64le',
        boot_mode: 'uefi',
        properties: { hw_disk_bus: 'virtio' },
      });
      expect(image).not.toHaveProperty('os_distro');
    });

    it.each<[string, Partial<RequestOf<typeof RegisterImage>>, string]>([
      ['a public image', { visibility: 'public' }, 'auth.forbidden'],
      ['a community image', { visibility: 'community' }, 'auth.forbidden'],
      ['an image of another project', { owner: 'somebody' }, 'auth.forbidden'],
      ['a reserved property', { properties: { os_glance_x: 'y' } }, 'image.attribute_read_only'],
      ['a read-only property', { properties: { checksum: 'y' } }, 'image.attribute_read_only'],
      ['an attribute among the properties', { properties: { min_disk: '5' } }, 'request.invalid'],
      ['too many properties', { properties: many(129) }, 'image.properties_exceeded'],
      ['too much text', { properties: { long: 'x'.repeat(50_000) } }, 'image.metadata_too_large'],
    ])('refuses a tenant %s', async (_what, overrides, code) => {
      await expect(made(tenant(randomUUID()), overrides)).rejects.toMatchObject({ code });
    });

    it('lets an operator make images for others, and nobody one that is public before anybody looked at it', async () => {
      expect(await made(operator(), { owner: 'somebody' })).toMatchObject({ owner: 'somebody' });
      await expect(made(operator(), { visibility: 'public' })).rejects.toMatchObject({ code: 'image.review_missing' });
    });
  });

  describe('changing', () => {
    it('does all of a request at once and tells of it once, naming what changed', async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner, { properties: { old: '1', kept: '2' } });
      const { image: changed, event_ids } = await update(image, owner, [
        { op: 'replace', name: 'name', value: 'db' },
        { op: 'add', name: 'min_ram', value: 512 },
        { op: 'replace', name: 'tags', value: ['x', 'x', 'y'] },
        { op: 'add', name: 'hw_disk_bus', value: 'virtio' },
        { op: 'replace', name: 'os_distro', value: 'ubuntu' },
        { op: 'remove', name: 'old' },
        { op: 'remove', name: 'architecture' },
      ]);
      expect(changed).toMatchObject({
        name: 'db',
        min_ram: 512,
        tags: ['x', 'y'],
        os_distro: 'ubuntu',
        version: 2,
        properties: { kept: '2', hw_disk_bus: 'virtio' },
      });
      expect(changed).not.toHaveProperty('architecture');
      await eventually(() => {
        expect(catalog.recorder.about(image.id).slice(1)).toMatchObject([
          { type: 'ImageUpdated', id: event_ids[0], actor: owner.user_id, data: { image: { version: 2 } } },
        ]);
      });
      const [, event] = catalog.recorder.about(image.id);
      const { changed: names } = event?.data as { changed: string[] };
      expect([...names].sort()).toEqual(['architecture', 'hw_disk_bus', 'min_ram', 'name', 'old', 'os_distro', 'tags']);
    });

    it('that changes nothing is no change', async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner);
      const same: Change[] = [
        { op: 'replace', name: 'name', value: image.name },
        { op: 'replace', name: 'owner', value: image.owner },
        { op: 'replace', name: 'visibility', value: 'private' },
        { op: 'add', name: 'x', value: 'y' },
        { op: 'remove', name: 'x' },
      ];
      expect(await update(image, owner, same)).toEqual({ image, event_ids: [], changed: [] });
      const renaming: Change = { op: 'replace', name: 'name', value: 'another' };
      expect((await update(image, owner, [...same.slice(1), renaming])).changed).toEqual(['name']);
    });

    it('asked for again by the same request is done once', async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner, { properties: { x: 'y' } });
      const request = { image_id: image.id, region: REGION, strict_add: false };
      const removal = { ...request, changes: [{ op: 'remove' as const, name: 'x' }] };
      const { image: changed } = await catalog.ask(UpdateImage, removal, owner);
      expect(await catalog.ask(UpdateImage, removal, owner)).toEqual({ image: changed, event_ids: [], changed: [] });
    });

    it('at the same time loses nothing', async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner);
      const names = Array.from({ length: 8 }, (_, n) => `p${n}`);
      await Promise.all(names.map((name) => update(image, owner, [{ op: 'add', name, value: name }])));
      const now = await images.show(image.id, owner);
      expect(Object.keys(now.properties).sort()).toEqual(names);
      expect(now.version).toBe(9);
    });

    it.each<[string, Change, string]>([
      ['a read-only attribute', { op: 'replace', name: 'status', value: 'active' }, 'image.attribute_read_only'],
      ['an attribute that is ours', { op: 'add', name: 'source_uri', value: 'x' }, 'image.attribute_read_only'],
      ['a reserved property', { op: 'add', name: 'os_glance_x', value: 'y' }, 'image.attribute_read_only'],
      ['a reserved name', { op: 'add', name: 'deleted', value: 'y' }, 'image.attribute_read_only'],
      ['a missing property, replaced', { op: 'replace', name: 'nothing', value: 'y' }, 'image.attribute_missing'],
      ['a missing property, removed', { op: 'remove', name: 'nothing' }, 'image.attribute_missing'],
      ['an attribute, removed', { op: 'remove', name: 'name' }, 'image.attribute_required'],
      ['a number as a name', { op: 'replace', name: 'name', value: 5 }, 'request.invalid'],
      ['a name too long', { op: 'replace', name: 'name', value: 'x'.repeat(256) }, 'request.invalid'],
      ['a text as a number', { op: 'replace', name: 'min_disk', value: '5' }, 'request.invalid'],
      ['less than nothing', { op: 'replace', name: 'min_ram', value: -1 }, 'request.invalid'],
      ['more than a number holds', { op: 'replace', name: 'min_ram', value: 2 ** 31 }, 'request.invalid'],
      ['a text as a flag', { op: 'replace', name: 'protected', value: 'yes' }, 'request.invalid'],
      ['an unknown visibility', { op: 'replace', name: 'visibility', value: 'secret' }, 'request.invalid'],
      ['an unknown format', { op: 'replace', name: 'disk_format', value: 'floppy' }, 'request.invalid'],
      ['a tag too long', { op: 'replace', name: 'tags', value: ['x'.repeat(256)] }, 'request.invalid'],
      ['too many tags', { op: 'replace', name: 'tags', value: Object.keys(many(129)) }, 'image.tags_exceeded'],
      ['a number as a property', { op: 'add', name: 'x', value: 5 }, 'request.invalid'],
      ['a value no database holds', { op: 'add', name: 'x', value: 'a\u0000b' }, 'request.invalid'],
      ['a property without a name', { op: 'add', name: '', value: 'x' }, 'request.invalid'],
      ['too much text', { op: 'add', name: 'x', value: 'x'.repeat(50_000) }, 'image.metadata_too_large'],
      ['public', { op: 'replace', name: 'visibility', value: 'public' }, 'auth.forbidden'],
      ['community', { op: 'replace', name: 'visibility', value: 'community' }, 'auth.forbidden'],
      ['of another project', { op: 'replace', name: 'owner', value: 'somebody' }, 'auth.forbidden'],
    ])('refuses a tenant what may not be, and then nothing has changed: %s', async (_what, change, code) => {
      const owner = tenant(randomUUID());
      const image = await made(owner);
      const good: Change = { op: 'add', name: 'good', value: 'yes' };
      await expect(update(image, owner, [good, change])).rejects.toMatchObject({ code });
      expect(await images.show(image.id, owner)).toEqual(image);
    });

    it('adds what is there already only where that is not refused', async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner, { properties: { x: 'old' } });
      const add: Change[] = [{ op: 'add', name: 'x', value: 'new' }];
      await expect(update(image, owner, add, true)).rejects.toMatchObject({ code: 'image.attribute_exists' });
      await expect(update(image, owner, [{ op: 'add', name: 'name', value: 'n' }], true)).rejects.toMatchObject({
        code: 'image.attribute_exists',
      });
      expect((await update(image, owner, add)).image.properties).toEqual({ x: 'new' });
    });

    it('stops at 128 properties', async () => {
      const owner = tenant(randomUUID());
      // Four of them have a column: architecture, os_distro, os_version and the description.
      const image = await made(owner, { properties: { ...many(124), description: 'd' } });
      const more: Change[] = [{ op: 'add', name: 'more', value: 'x' }];
      await expect(update(image, owner, more)).rejects.toMatchObject({ code: 'image.properties_exceeded' });
      await update(image, owner, [{ op: 'remove', name: 'description' }, ...more]);
    });

    it('keeps property names that are words of JavaScript apart from it', async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner);
      await update(image, owner, [
        { op: 'add', name: '__proto__', value: 'a' },
        { op: 'add', name: 'toString', value: 'b' },
      ]);
      await expect(update(image, owner, [{ op: 'remove', name: 'valueOf' }])).rejects.toMatchObject({
        code: 'image.attribute_missing',
      });
      const rows: unknown = await catalog.db.query('SELECT properties::text FROM catalog.images WHERE id = $1', [
        image.id,
      ]);
      expect(rows).toEqual([{ properties: '{"toString": "b", "__proto__": "a"}' }]);
    });

    it('sets the formats until there is data', async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner, { disk_format: null, container_format: null });
      const formats: Change[] = [
        { op: 'replace', name: 'disk_format', value: 'raw' },
        { op: 'replace', name: 'container_format', value: 'bare' },
      ];
      expect((await update(image, owner, formats)).image).toMatchObject({
        disk_format: 'raw',
        container_format: 'bare',
      });
      const active = await images.makeActive(owner);
      await expect(update(await images.show(active.image_id, owner), owner, formats)).rejects.toMatchObject({
        code: 'image.attribute_read_only',
      });
    });

    it("is the owner's: readers and other projects are refused, and only operators give away and publish", async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner);
      const change: Change[] = [{ op: 'replace', name: 'name', value: 'mine' }];
      const reader = tenant(owner.project_id, ['reader']);
      await expect(update(image, reader, change)).rejects.toMatchObject({ code: 'auth.forbidden' });
      await expect(update(image, tenant(randomUUID()), change)).rejects.toMatchObject({ code: 'image.not_found' });
      await update(image, operator(), [{ op: 'replace', name: 'visibility', value: 'community' }]);
      await expect(update(image, tenant(randomUUID()), change)).rejects.toMatchObject({ code: 'auth.forbidden' });
      const given = await update(image, operator(), [{ op: 'replace', name: 'owner', value: 'somebody' }]);
      expect(given.image).toMatchObject({ owner: 'somebody', visibility: 'community' });
    });
  });

  describe('tags', () => {
    it('are added and removed one by one, each once', async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner);
      const at = { image_id: image.id, region: REGION };
      const { image: tagged } = await catalog.ask(AddImageTag, { ...at, tag: '标签 1' }, again(owner));
      expect(tagged.tags).toEqual(['a', 'b', '标签 1']);
      expect(await catalog.ask(AddImageTag, { ...at, tag: 'a' }, again(owner))).toEqual({
        image: tagged,
        event_ids: [],
      });
      const { image: left } = await catalog.ask(RemoveImageTag, { ...at, tag: 'a' }, again(owner));
      expect(left.tags).toEqual(['b', '标签 1']);
      await expect(catalog.ask(RemoveImageTag, { ...at, tag: 'a' }, again(owner))).rejects.toMatchObject({
        code: 'image.tag_not_found',
      });
    });

    it('are 128 at most, also when they come at once', async () => {
      const owner = tenant(randomUUID());
      const request = registration();
      const image = await made(owner, { facts: { ...request.facts, tags: Object.keys(many(126)) } });
      const at = { image_id: image.id, region: REGION };
      const answers = await Promise.allSettled(
        ['x', 'y', 'z', 'u'].map((tag) => catalog.ask(AddImageTag, { ...at, tag }, again(owner))),
      );
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
      expect((await images.show(image.id, owner)).tags).toHaveLength(128);
    });

    it("are the owner's", async () => {
      const image = await made(tenant(randomUUID()));
      const at = { image_id: image.id, region: REGION, tag: 'a' };
      for (const definition of [AddImageTag, RemoveImageTag]) {
        await expect(catalog.ask(definition, at, tenant(randomUUID()))).rejects.toMatchObject({
          code: 'image.not_found',
        });
      }
    });
  });

  describe('deactivating', () => {
    it('closes the bytes to everybody but operators until the image is reactivated', async () => {
      const { image_id, owner } = await images.makeActive();
      const at = { image_id, region: REGION };
      expect(await catalog.ask(DeactivateImage, at, operator())).toMatchObject({ image: { status: 'deactivated' } });
      expect(await catalog.ask(DeactivateImage, at, operator())).toMatchObject({ event_ids: [] });
      await expect(catalog.ask(LocateImageFile, at, owner)).rejects.toMatchObject({ code: 'image.deactivated' });
      expect(await catalog.ask(ReactivateImage, at, operator())).toMatchObject({ image: { status: 'active' } });
      expect(await catalog.ask(LocateImageFile, at, owner)).toMatchObject({ file: { size: '4' } });
      await eventually(() => {
        expect(catalog.recorder.typesAbout(image_id).slice(3)).toEqual(['ImageDeactivated', 'ImageReactivated']);
      });
    });

    it("is the owner's too, who cannot open what an operator has closed, before or after him", async () => {
      const { image_id, owner } = await images.makeActive();
      const at = { image_id, region: REGION };
      for (const close of [[operator()], [owner, operator()]]) {
        for (const closer of close) await catalog.ask(DeactivateImage, at, closer);
        await expect(catalog.ask(ReactivateImage, at, owner)).rejects.toMatchObject({
          code: 'image.closed_by_operator',
        });
        expect(await catalog.ask(DeactivateImage, at, owner)).toMatchObject({ event_ids: [] });
        await catalog.ask(ReactivateImage, at, operator());
      }
      await catalog.ask(DeactivateImage, at, owner);
      await expect(catalog.ask(LocateImageFile, at, owner)).rejects.toMatchObject({ code: 'image.deactivated' });
      expect(await catalog.ask(ReactivateImage, at, owner)).toMatchObject({ image: { status: 'active' } });
    });

    it('is for nobody else, and for images that are active', async () => {
      const owner = tenant(randomUUID());
      const image = await made(owner);
      const at = { image_id: image.id, region: REGION };
      for (const definition of [DeactivateImage, ReactivateImage]) {
        await expect(catalog.ask(definition, at, tenant(randomUUID()))).rejects.toMatchObject({
          code: 'image.not_found',
        });
        await expect(catalog.ask(definition, at, owner)).rejects.toMatchObject({ code: 'image.not_active' });
      }
    });
  });

  it('confirms what it has applied, and nothing it has not', async () => {
    const made = await images.makeActive();
    await images.settled(made);
    const handled: { message_id: string }[] = await catalog.db.query('SELECT message_id FROM catalog.inbox LIMIT 1');
    const ask = (event_ids: string[]): Promise<unknown> =>
      catalog.ask(ConfirmCatalogApplied, { event_ids, wait_ms: 1 }, made.owner);
    expect(await ask(handled.map(({ message_id }) => message_id))).toEqual({ applied: true });
    expect(await ask([randomUUID()])).toEqual({ applied: false });
  });
});

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, 'v']));
}
