import { randomUUID } from 'node:crypto';
import {
  AddImageTag,
  DeactivateImage,
  DeleteImage,
  GetImage,
  HoldImage,
  ImageCaptureFailedV1,
  ImageDigestedV1,
  ListImages,
  LocateImageFile,
  PublishImage,
  ReactivateImage,
  RegisterCopy,
  RegisterImage,
  UpdateImage,
} from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { FullMachines, type MadeMachine } from '../../test/full-machines.ts';
import { digestedData, failedData, HASHES } from '../../test/requests.ts';
import { Shares } from '../../test/shares.ts';

describe('a full-machine image', () => {
  let catalog: CatalogUnderTest;
  let machines: FullMachines;

  beforeAll(async () => {
    catalog = await startCatalog();
    machines = new FullMachines(catalog);
  });
  afterAll(() => catalog.close());

  const statuses = async (machine: MadeMachine) => (await machines.all(machine)).map(({ status }) => status);
  const listOf = async (owner: MadeMachine['owner']) => {
    const filters = { tags: [], properties: {}, ranges: [], times: [], os_hidden: false };
    const asked = { region: REGION, limit: 100, marker: null, sort: [], filters };
    return (await catalog.ask(ListImages, asked, owner)).images;
  };

  it('is one image with its data disks, takes one place and the room of all, and is listed alone', async () => {
    catalog.quota.reserved.length = 0;
    catalog.quota.named = 1;
    const machine = await machines.register();
    expect(catalog.quota.reserved).toMatchObject([{ image_id: machine.image_id, storage_gib: 60 }]);
    const [first, second] = machine.disks.map(({ image_id }) => image_id);
    expect(await machines.show(machine)).toMatchObject({
      image_type: 'full_machine',
      data_disks: [
        { image_id: first, position: 1, size_gib: 20, size: null },
        { image_id: second, position: 2, size_gib: 30, size: null },
      ],
    });
    expect((await listOf(machine.owner)).map(({ id }) => id)).toEqual([machine.image_id]);
    const [disk] = machine.disks;
    expect(await machines.show(disk ?? machine)).toMatchObject({
      ...{ image_type: 'data_disk', machine_image_id: machine.image_id, min_disk: 20, name: null, data_disks: [] },
    });
    // Its one place is all there is.
    await expect(machines.register(machine.owner)).rejects.toMatchObject({ code: 'quota.images_exceeded' });
    catalog.quota.named = 1_000_000;
  });

  it('has data disks only when it is one, and each of them once', async () => {
    const wanted = FullMachines.wanted([1, 1]);
    const { facts, data_disks } = wanted;
    const ask = (change: object) => catalog.ask(RegisterImage, { ...wanted, ...change }, tenant(randomUUID()));
    await expect(ask({ facts: { ...facts, image_type: 'system_disk' } })).rejects.toMatchObject({
      code: 'request.invalid',
    });
    const twice = data_disks.map((disk) => ({ ...disk, image_id: data_disks[0]?.image_id }));
    await expect(ask({ data_disks: twice })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('becomes active with all its disks in one moment, told once, and each disk has its own bytes', async () => {
    const base = await machines.captured.held.make();
    const machine = await machines.register(base.owner);
    const stored = await machines.write(machine, base);
    expect(await statuses(machine)).toEqual(['importing', 'importing', 'importing']);
    await machines.tell(machine, stored, base);
    await eventually(async () => {
      expect(await statuses(machine)).toEqual(['active', 'active', 'active']);
    });
    await eventually(() => {
      expect(catalog.recorder.typesAbout(machine.image_id)).toEqual(['ImageRegistered', 'ImageUpdated', 'ImageReady']);
    });
    for (const { image_id } of machine.disks) expect(catalog.recorder.typesAbout(image_id)).toEqual([]);
    for (const { image_id, owner, key } of stored) {
      const { file } = await catalog.ask(LocateImageFile, { image_id, region: REGION }, owner);
      expect(file).toMatchObject({ key });
    }
    // Bytes are charged by image, whatever they belong to.
    await eventually(() => {
      const charged = stored.map(({ image_id }) => catalog.recorder.about(image_id).at(-1)?.data);
      expect(charged).toMatchObject([{ stored_bytes: '4000' }, { stored_bytes: '4000' }, { stored_bytes: '40' }]);
    });
    expect((await machines.show(machine)).data_disks).toMatchObject([
      { size: '4000', checksum: HASHES.checksum },
      { size: '4000', checksum: null },
    ]);
    // The hashes of a layered disk come later, and the machine says so.
    const [, , layer] = stored;
    const told = digestedData(layer?.image_id ?? '', layer?.object_id ?? '');
    await catalog.applied(await catalog.publish(ImageDigestedV1, told.image_id, told));
    expect((await machines.show(machine)).data_disks[1]).toMatchObject({ checksum: HASHES.checksum });
    await eventually(() => {
      expect(catalog.recorder.typesAbout(machine.image_id).slice(3)).toEqual(['ImageUpdated']);
    });
    expect(await catalog.wrongObjects()).toEqual([]);
  });

  it('whose capture fails is killed with all its disks, and no byte of any stays', async () => {
    const machine = await machines.register();
    const stored = await machines.write(machine);
    await catalog.publish(ImageCaptureFailedV1, machine.image_id, failedData(machine.image_id, machine.job_id));
    for (const disk of stored) await machines.captured.held.swept(disk);
    expect(await statuses(machine)).toEqual(['killed', 'killed', 'killed']);
  });

  it('is deleted with all its disks, whichever end comes first, and what a server still reads stays', async () => {
    const machine = await machines.make();
    const [, data, other] = machine.stored;
    if (data === undefined || other === undefined) throw new Error('the machine has two data disks');
    const server = randomUUID();
    await machines.captured.held.hold(data, [server]);
    await machines.captured.remove(machine);
    for (const image of [machine, ...machine.disks]) {
      await expect(machines.show(image)).rejects.toMatchObject({ code: 'image.not_found' });
    }
    await machines.captured.held.swept(other);
    expect(await machines.captured.held.stateOf(data)).toBe('sealed');
    await machines.captured.held.release([server]);
    await machines.captured.held.swept(data);

    const early = await machines.register();
    const stored = await machines.write(early);
    await machines.captured.remove(early);
    await machines.tell(early, stored);
    for (const disk of stored) await machines.captured.held.swept(disk);
  });

  it('is seen with its disks by those who see it, and by nobody else', async () => {
    const machine = await machines.make();
    const [disk] = machine.disks;
    if (disk === undefined) throw new Error('the machine has a data disk');
    const [member, stranger] = [tenant(randomUUID()), tenant(randomUUID())];
    const asks = (definition: typeof GetImage | typeof LocateImageFile | typeof HoldImage, as = member) =>
      catalog.ask(definition, { image_id: disk.image_id, region: REGION, disk_ids: [randomUUID()] }, as);
    await expect(asks(GetImage)).rejects.toMatchObject({ code: 'image.not_found' });
    const shares = new Shares(catalog, machine);
    await shares.with(member.project_id, 'pending');
    await expect(asks(GetImage)).resolves.toMatchObject({ image: { visibility: 'shared' } });
    await expect(asks(HoldImage)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await catalog.applied(await shares.answered(member.project_id, 'accepted')());
    await expect(asks(HoldImage)).resolves.toMatchObject({ image: { id: disk.image_id } });
    await expect(asks(LocateImageFile)).resolves.toMatchObject({ file: { size: '4000' } });
    for (const definition of [GetImage, LocateImageFile, HoldImage]) {
      await expect(asks(definition, stranger)).rejects.toMatchObject({ code: 'image.not_found' });
    }
    expect((await listOf(member)).map(({ id }) => id)).toEqual([machine.image_id]);
    await catalog.applied(await shares.unshared(member.project_id, true)());
    await expect(asks(GetImage)).rejects.toMatchObject({ code: 'image.not_found' });
    // An operator closes and opens all of it.
    const wanted = { image_id: machine.image_id, region: REGION };
    await catalog.ask(DeactivateImage, wanted, operator());
    await expect(asks(HoldImage, machine.owner)).rejects.toMatchObject({ code: 'image.deactivated' });
    await catalog.ask(ReactivateImage, wanted, operator());
    await expect(asks(HoldImage, machine.owner)).resolves.toMatchObject({ image: { status: 'active' } });
  });

  it('is what is changed, shared, copied and deleted: its disks only follow', async () => {
    const machine = await machines.make();
    const [disk] = machine.disks;
    const wanted = { image_id: disk?.image_id ?? '', region: REGION };
    const renamed = {
      ...wanted,
      changes: [{ op: 'replace' as const, name: 'name', value: 'mine' }],
      strict_add: false,
    };
    const copy = { region: REGION, image_id: randomUUID(), job_id: randomUUID(), source: wanted, name: 'copy' };
    const attempts = (as = machine.owner): readonly (() => Promise<unknown>)[] => [
      () => catalog.ask(UpdateImage, renamed, as),
      () => catalog.ask(AddImageTag, { ...wanted, tag: 't' }, as),
      () => catalog.ask(DeleteImage, wanted, as),
      () => catalog.ask(RegisterCopy, { ...copy, public_images: false }, as),
    ];
    const refused = { code: 'image.part_of_machine', details: { machine_image_id: machine.image_id } };
    for (const attempt of attempts()) await expect(attempt()).rejects.toMatchObject(refused);
    for (const definition of [DeactivateImage, PublishImage]) {
      await expect(catalog.ask(definition, wanted, operator())).rejects.toMatchObject(refused);
    }
    for (const attempt of attempts(tenant(randomUUID()))) {
      await expect(attempt()).rejects.toMatchObject({ code: 'image.not_found' });
    }
    const given = [{ op: 'replace' as const, name: 'owner', value: randomUUID() }];
    await catalog.ask(
      UpdateImage,
      { image_id: machine.image_id, region: REGION, changes: given, strict_add: true },
      operator(),
    );
    const heir = tenant(given[0]?.value ?? '');
    await expect(machines.show(disk ?? machine)).rejects.toMatchObject({ code: 'image.not_found' });
    await expect(machines.show(disk ?? machine, heir)).resolves.toMatchObject({ owner: heir.project_id });
  });
});
