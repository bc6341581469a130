import { randomBytes, randomUUID } from 'node:crypto';
import { DeleteImage, GetScrubs, LocateImageFile } from '@imago/contracts';
import { indexKey } from '@imago/object-store';
import { eventually, EXHAUSTIVE, type S3Call, S3Gate } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { Scrubbing } from '../../test/scrubbing.ts';
import { Scrubber } from './scrubber.ts';

const MIB = 2 ** 20;

describe('stored objects', () => {
  let catalog: CatalogUnderTest;
  let scrubbing: Scrubbing;
  let gate: S3Gate;

  beforeAll(async () => {
    const settings = { CATALOG_SCRUB_BYTES_PER_SECOND: String(2 ** 36), CATALOG_SCRUB_RETRY_SECONDS: '0.1' };
    catalog = await startCatalog(settings, async (endpoint) => (gate = await S3Gate.open(endpoint)).endpoint);
    scrubbing = new Scrubbing(catalog);
  });
  afterEach(() => scrubbing.clear());
  afterAll(async () => {
    await catalog.close();
    await gate.close();
  });

  it('that are what was stored are read whole, and nothing is said of them', async () => {
    const image = await scrubbing.make();
    const { last, damages } = await scrubbing.round();
    expect(last.objects).toBeGreaterThan(0);
    expect(last.bytes).toBeGreaterThanOrEqual(5 * MIB);
    expect(damages.filter(({ key }) => key === image.key)).toEqual([]);
    expect(await scrubbing.statusOf(image)).toBe('active');
    expect(await scrubbing.damages(image)).toMatchObject({ damages: [] });
  });

  it('are found within one round when a bit has changed: the image is closed, and its owner reads why', async () => {
    const image = await scrubbing.make();
    await scrubbing.flip(image.key, 4 * MIB + 17);
    const { last, damages } = await scrubbing.round();
    expect(last.damaged).toBe(1);
    expect(damages.find(({ key }) => key === image.key)).toMatchObject({
      problem: 'object_altered',
      images: [{ image_id: image.image_id, owner: image.owner.project_id, status: 'deactivated', inherited: false }],
      images_total: 1,
    });
    expect((await scrubbing.damages(image)).damages).toMatchObject([{ error: { code: 'image.damaged' } }]);
    const file = { image_id: image.image_id, region: REGION };
    await expect(catalog.ask(LocateImageFile, file, image.owner)).rejects.toMatchObject({ code: 'image.deactivated' });
    await eventually(() => {
      const types = catalog.recorder.typesAbout(image.image_id);
      expect(types.slice(-2)).toEqual(['ImageDeactivated', 'ImageDamaged']);
    });
    await scrubbing.round();
    const told = catalog.recorder.typesAbout(image.image_id).filter((type) => type === 'ImageDamaged');
    expect(told, 'it is told once').toEqual(['ImageDamaged']);
    await expect(scrubbing.open(image), 'nobody opens it').rejects.toMatchObject({ code: 'image.damaged' });
  });

  it('open their image again when somebody has brought their bytes back, and only what the damage had closed', async () => {
    const [bytes, closedBytes] = [randomBytes(MIB), randomBytes(MIB)];
    const image = await scrubbing.make(bytes);
    const closed = await scrubbing.make(closedBytes);
    await scrubbing.close(closed);
    for (const each of [image, closed]) await catalog.store.deleteMany([each.key]);
    const { damages } = await scrubbing.round();
    expect(damages.find(({ key }) => key === image.key)).toMatchObject({ problem: 'object_missing' });
    expect(await scrubbing.statusOf(image)).toBe('deactivated');
    await catalog.store.put(image.key, bytes);
    await catalog.store.put(closed.key, closedBytes);
    expect((await scrubbing.round()).last.repaired).toBe(2);
    expect(await scrubbing.statusOf(image)).toBe('active');
    expect(await scrubbing.statusOf(closed)).toBe('deactivated');
    await eventually(() => {
      expect(catalog.recorder.typesAbout(image.image_id).slice(-2)).toEqual(['ImageReactivated', 'ImageRepaired']);
      expect(catalog.recorder.typesAbout(closed.image_id).at(-1)).toBe('ImageRepaired');
    });
  });

  it('close what is made upon them too: children are named, and told, and the lost index of a disk counts as well', async () => {
    const disk = randomBytes(3 * MIB);
    const base = await scrubbing.makeDisk(disk);
    const child = await scrubbing.makeLayer(base, Buffer.concat([randomBytes(MIB), disk.subarray(MIB)]), base.owner);
    const alone = await scrubbing.makeDisk(randomBytes(2 * MIB));
    await scrubbing.round();
    expect(await scrubbing.statusOf(child)).toBe('active');
    await scrubbing.flip(base.key, 6 * MIB);
    await catalog.store.deleteMany([indexKey(alone.key)]);
    const { damages } = await scrubbing.round();
    expect(damages.find(({ key }) => key === base.key)?.images).toMatchObject([
      { image_id: base.image_id, inherited: false },
      { image_id: child.image_id, inherited: true },
    ]);
    expect(damages.find(({ key }) => key === alone.key)).toMatchObject({ problem: 'index_damaged' });
    expect(await scrubbing.statusOf(child)).toBe('deactivated');
    expect((await scrubbing.damages(child)).damages).toMatchObject([{ inherited: true }]);
    await eventually(() => {
      expect(catalog.recorder.typesAbout(child.image_id)).toContain('ImageDamaged');
      expect(catalog.recorder.about(base.object_id).map(({ type, audience }) => [type, audience])).toEqual([
        ['ObjectDamaged', ''],
      ]);
    });
  });

  it.each(['before its own hash was known', 'after'])('of a layer are found to be others %s', async (when) => {
    const disk = randomBytes(2 * MIB);
    const base = await scrubbing.makeDisk(disk);
    const layer = await scrubbing.makeLayer(base, Buffer.concat([randomBytes(MIB), disk.subarray(MIB)]), base.owner);
    if (when === 'after') await scrubbing.round();
    await scrubbing.flip(layer.key, 6 * MIB - 1000);
    const { damages } = await scrubbing.round();
    expect(damages.find(({ key }) => key === layer.key)).toMatchObject({ problem: 'object_altered' });
    expect(await scrubbing.statusOf(base)).toBe('active');
    expect(await scrubbing.statusOf(layer)).toBe('deactivated');
  });

  it('that come or go during a round are no damage', async () => {
    const [going, staying] = [await scrubbing.make(), await scrubbing.make()];
    const held = gate.hold(({ action, key }) => action === 'read' && key === going.key);
    const round = scrubbing.round();
    await held.arrived;
    await catalog.ask(DeleteImage, { image_id: going.image_id, region: REGION }, going.owner);
    await eventually(async () => {
      expect(await catalog.store.list(going.key)).toEqual([]);
    });
    const coming = await scrubbing.make();
    held.release();
    const { last, damages } = await round;
    expect(damages.map(({ key }) => key)).not.toContain(going.key);
    expect(last.unread).toBe(0);
    for (const each of [staying, coming]) expect(await scrubbing.statusOf(each)).toBe('active');
  });

  it('are read on within an object by who takes over, and who was thought dead says nothing more', async () => {
    const image = await scrubbing.make();
    await scrubbing.flip(image.key, 17);
    let reads = 0;
    const isSecond = (call: S3Call): boolean => call.action === 'read' && call.key === image.key && (reads += 1) === 2;
    const held = gate.hold(isSecond);
    const round = scrubbing.round();
    await held.arrived;
    const before = gate.count('read', ({ key }) => key === image.key);
    // As if its process had been killed, and its lease had run out.
    await catalog.db.query('UPDATE catalog.scrubs SET leased_until = clock_timestamp()');
    await catalog.app.get(Scrubber).scrubDue();
    const { last, damages } = await round;
    expect(damages.find(({ key }) => key === image.key)).toMatchObject({ problem: 'object_altered' });
    // The rest of the first look, and the whole of the second one.
    expect(gate.count('read', ({ key }) => key === image.key) - before).toBe(3);
    held.release();
    await eventually(() => {
      expect(gate.count('read', ({ key }) => key === image.key) - before).toBe(4);
    });
    const { scrub } = await scrubbing.scrubs();
    expect(scrub?.rounds[0]?.round).toBe(last.round);
  });

  it('of a store that lets nobody in are waited for, and are no damage', async () => {
    const image = await scrubbing.make();
    gate.answer(() => true, 403);
    const round = scrubbing.round();
    await eventually(async () => {
      expect((await scrubbing.scrubs()).scrub?.state).toBe('paused');
    });
    gate.answer(() => false, 403);
    const { last, damages } = await round;
    expect(damages.map(({ key }) => key)).not.toContain(image.key);
    expect(last.unread).toBe(0);
    expect(await scrubbing.statusOf(image)).toBe('active');
  });

  it(
    'that a store keeps to itself, though it gives out others, are counted and keep no round from its end',
    EXHAUSTIVE,
    async () => {
      const image = await scrubbing.make();
      gate.answer(({ action, key }) => action === 'head' && key === image.key, 400);
      const { last } = await scrubbing.round();
      gate.answer(() => false, 400);
      expect(last.unread).toBe(1);
      expect(await scrubbing.statusOf(image)).toBe('active');
    },
  );

  it('are for operators to scrub, and damages of images for those who have them', async () => {
    const image = await scrubbing.make(randomBytes(1000));
    await expect(catalog.ask(GetScrubs, { region: REGION }, image.owner)).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    const stranger = { ...image, owner: tenant(randomUUID()) };
    await expect(scrubbing.damages(stranger)).rejects.toMatchObject({ code: 'image.not_found' });
  });
});
