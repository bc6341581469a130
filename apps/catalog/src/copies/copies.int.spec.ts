import { randomUUID } from 'node:crypto';
import {
  AllocateObject,
  DeactivateImage,
  DescribeCopySource,
  FullMachineCopiedV1,
  GetImage,
  GetLineage,
  ImageCopiedV1,
  ImageCopyFailedV1,
  ImageCopyMadeV1,
  ImageImportedV1,
  type ImageRecord,
  refusal,
  RegisterCopy,
  RegisterImage,
  type RequestOf,
  type ResponseOf,
  UpdateImage,
} from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CapturedImages, somebody } from '../../test/captured-images.ts';
import {
  type CatalogUnderTest,
  operator,
  OTHER_REGION,
  REGION,
  startCatalog,
  tenant,
  worker,
} from '../../test/catalog-under-test.ts';
import { FullMachines } from '../../test/full-machines.ts';
import { Publishing } from '../../test/publishing.ts';
import { copiedData, importedData, jobView, registration, storedObject } from '../../test/requests.ts';
import { Shares } from '../../test/shares.ts';
import type { MadeImage } from '../../test/some-images.ts';

type Request = RequestOf<typeof RegisterCopy>;

describe('a copy of an image', () => {
  let catalog: CatalogUnderTest;
  let captured: CapturedImages;

  beforeAll(async () => {
    catalog = await startCatalog();
    captured = new CapturedImages(catalog);
  });
  afterEach(() => {
    catalog.quota.limit = Infinity;
  });
  afterAll(() => catalog.close());

  function copyOf({ image_id }: MadeImage, change: Partial<Request> = {}): Request {
    const source = { image_id, region: REGION };
    const made = { image_id: randomUUID(), region: OTHER_REGION, job_id: randomUUID() };
    return { ...made, source, name: 'web copied', public_images: false, ...change };
  }

  async function register(request: Request, as: RequestContext): Promise<ImageRecord> {
    return (await catalog.ask(RegisterCopy, request, as)).image;
  }

  /** Each is a request of its own. */
  function change(
    image: MadeImage,
    properties: Readonly<Record<string, string>>,
    as = tenant(image.owner.project_id),
  ): Promise<unknown> {
    const changes = Object.entries(properties).map(([name, value]) => ({ op: 'add' as const, name, value }));
    return catalog.ask(UpdateImage, { image_id: image.image_id, region: REGION, changes, strict_add: false }, as);
  }

  async function accepted(image: MadeImage, shares = new Shares(catalog, image)): Promise<RequestContext> {
    const member = somebody();
    await shares.with(member.project_id);
    return member;
  }

  /** The copy is made of, as the export service asks it. */
  function describeSource(
    { image_id }: MadeImage,
    project: string,
    by_operator = false,
  ): Promise<ResponseOf<typeof DescribeCopySource>> {
    const context = serviceContext('export', project, randomUUID());
    return catalog.ask(DescribeCopySource, { image_id, region: REGION, public_images: false, by_operator }, context);
  }

  /** Registered, written and told of: active. */
  async function make(source: MadeImage, as: RequestContext, said: Partial<Request> = {}): Promise<Request> {
    const request = copyOf(source, said);
    await register(request, as);
    const { image_id, region, job_id } = request;
    const object = await catalog.ask(AllocateObject, { image_id, region, job_id }, worker(as.project_id));
    await catalog.publish(ImageCopiedV1, image_id, copiedData(request, object));
    await eventually(async () => {
      expect(await show(request, as)).toMatchObject({ status: 'active' });
    });
    return request;
  }

  async function show({ image_id, region }: Request, as: RequestContext): Promise<ImageRecord> {
    return (await catalog.ask(GetImage, { image_id, region }, as)).image;
  }

  it(
    'says what the image says, under its own name, private, without members, protection and leave to copy',
    EXHAUSTIVE,
    async () => {
      const owner = somebody();
      const said = registration({
        protected: true,
        properties: { hw_firmware_type: 'uefi', rack: '7', members_may_copy: 'true' },
        facts: { ...registration().facts, description: 'golden', min_ram: 512, enterprise_project_id: 'payroll' },
      });
      const { image } = await catalog.ask(RegisterImage, said, owner);
      const source = { image_id: image.id, job_id: said.job_id, owner };
      await importBytes(source);
      const copy = await register(copyOf(source), owner);
      expect(copy).toMatchObject({
        ...{ name: 'web copied', region: OTHER_REGION, owner: owner.project_id, status: 'queued' },
        ...{ visibility: 'private', protected: false, properties: { rack: '7' }, tags: ['a', 'b'] },
        ...{ description: 'golden', architecture: 'x86_64', os_distro: 'debian', os_version: '12', boot_mode: 'uefi' },
        ...{ min_disk: 10, min_ram: 512, enterprise_project_id: 'payroll', agreement: said.agreement },
      });
    },
  );

  async function importBytes(image: MadeImage): Promise<void> {
    const object = await captured.allocate(image, null);
    await catalog.publish(ImageImportedV1, image.image_id, importedData(image.image_id, image.job_id, object));
    await eventually(async () => {
      expect(await captured.images.show(image.image_id, image.owner)).toMatchObject({ status: 'active' });
    });
  }

  it('is active when its bytes are, takes a place in its region, and its line says what it is a copy of', async () => {
    const base = await captured.held.make();
    const source = await captured.capture(base, base.owner);
    const request = await make(source, source.owner);
    expect(catalog.quota.reserved.at(-1)).toMatchObject({ image_id: request.image_id, region: OTHER_REGION });
    const copy = await show(request, source.owner);
    expect(copy).toMatchObject({ size: '4', checksum: 'a'.repeat(32), index_hash: 'c'.repeat(64) });
    expect(copy.origin).toMatchObject({ server_name: 'web-1', image_id: base.image_id });
    const { image_id, region } = request;
    const told = await catalog.ask(GetLineage, { image_id, region }, source.owner);
    expect(told).toMatchObject({ copied_from: { ...request.source, name: 'web', status: 'active' }, layers: 1 });
    expect(told.ancestors).toMatchObject([{ image_id: base.image_id, status: 'active' }]);
  });

  it('is told to the owner of the image, in the story of that image, whoever made it', async () => {
    const source = await captured.capture(null);
    await change(source, { members_may_copy: 'true' });
    const member = await accepted(source);
    const { image_id } = await make(source, member);
    await eventually(() => {
      const told = catalog.recorder.about(source.image_id).filter(({ type }) => type === ImageCopyMadeV1.type);
      const copy = { image_id, region: OTHER_REGION, project_id: member.project_id };
      expect(told).toMatchObject([
        { audience: source.owner.project_id, region: REGION, data: { image_id: source.image_id, copy } },
      ]);
    });
  });

  it('of a member tells nothing of where the image came from, and costs the place of the member', async () => {
    const source = await captured.capture(null);
    await change(source, { members_may_copy: 'true' });
    const shares = new Shares(catalog, source);
    const member = await accepted(source, shares);
    const copy = await register(copyOf(source), member);
    expect(copy).toMatchObject({ owner: member.project_id, origin: null, source: null, agreement: null });
    expect(catalog.quota.reserved.at(-1)).toMatchObject({ project_id: member.project_id, region: OTHER_REGION });
    const asked = { image_id: copy.id, region: OTHER_REGION };
    const before = await catalog.ask(GetLineage, asked, member);
    expect(before.copied_from).toMatchObject({ image_id: source.image_id, name: 'web' });
    await shares.unshared(member.project_id, true)();
    await eventually(async () => {
      const after = await catalog.ask(GetLineage, asked, member);
      expect(after.copied_from).toEqual({ image_id: source.image_id, region: REGION, name: null, status: null });
    });
  });

  it('of a full machine has copies of all its disks, active with it and in one place', async () => {
    const machines = new FullMachines(catalog);
    const machine = await machines.make();
    const [system, ...data] = machine.stored;
    const request = copyOf(machine);
    const { image, data_disks } = await catalog.ask(RegisterCopy, request, machine.owner);
    expect(image).toMatchObject({ image_type: 'full_machine', data_disks: [{ size_gib: 20 }, { size_gib: 30 }] });
    expect(data_disks).toMatchObject(data.map(({ image_id }) => ({ source_image_id: image_id, size: '4000' })));
    // Asked again it names the same images.
    expect(await catalog.ask(RegisterCopy, request, machine.owner)).toMatchObject({ data_disks });
    const service = serviceContext('export', machine.owner.project_id, randomUUID());
    const asked = { ...request.source, public_images: false, by_operator: false };
    for (const [disk_image_id, key] of [
      [null, system?.key],
      [data[1]?.image_id ?? '', data[1]?.key],
    ] as const) {
      const { object } = await catalog.ask(DescribeCopySource, { ...asked, disk_image_id }, service);
      expect(object.key).toBe(key);
    }
    await expect(
      catalog.ask(DescribeCopySource, { ...asked, disk_image_id: randomUUID() }, service),
    ).rejects.toMatchObject({ code: 'image.not_found' });
    const allocated = [];
    for (const image_id of [image.id, ...data_disks.map((disk) => disk.image_id)]) {
      const wanted = { image_id, region: OTHER_REGION, job_id: request.job_id };
      allocated.push({ image_id, ...(await catalog.ask(AllocateObject, wanted, worker(machine.owner.project_id))) });
    }
    const [first, ...others] = allocated.map(({ image_id, ...object }) => ({ image_id, object: storedObject(object) }));
    if (first === undefined) throw new Error('nothing was copied');
    const told = { ...copiedData(request, first.object), data_disks: others };
    await catalog.publish(FullMachineCopiedV1, image.id, told);
    await eventually(async () => {
      expect(await show(request, machine.owner)).toMatchObject({ status: 'active', data_disks: [{ size: '4' }, {}] });
    });
    const wanted = { image_id: others[0]?.image_id ?? '', region: OTHER_REGION };
    const disk = await catalog.ask(GetLineage, wanted, machine.owner);
    expect(disk.image).toMatchObject({ status: 'active', machine_image_id: image.id, origin: { disk: 'data_disk' } });
    expect(disk.copied_from).toMatchObject({ image_id: data[0]?.image_id });
  });

  describe('is refused', () => {
    it('to members the owner does not let, until it does; only the owner says so, in words that mean something', async () => {
      const source = await captured.capture(null);
      const member = await accepted(source);
      await expect(register(copyOf(source), member)).rejects.toMatchObject({ code: 'copy.not_allowed' });
      await expect(describeSource(source, member.project_id)).rejects.toMatchObject({ code: 'copy.not_allowed' });
      await expect(change(source, { members_may_copy: 'true' }, member)).rejects.toMatchObject({
        code: 'auth.forbidden',
      });
      await expect(change(source, { members_may_copy: 'yes' })).rejects.toMatchObject({ code: 'request.invalid' });
      await change(source, { members_may_copy: 'true' });
      await register(copyOf(source), member);
      await change(source, { members_may_copy: 'false' });
      await expect(register(copyOf(source), member)).rejects.toMatchObject({ code: 'copy.not_allowed' });
    });

    it.each([
      ['pending', 'auth.forbidden'],
      ['rejected', 'auth.forbidden'],
    ] as const)('to a member whose answer is %s', async (status, code) => {
      const source = await captured.capture(null);
      await change(source, { members_may_copy: 'true' });
      const member = somebody();
      await new Shares(catalog, source).with(member.project_id, status);
      await expect(register(copyOf(source), member)).rejects.toMatchObject({ code });
      await expect(describeSource(source, member.project_id)).rejects.toMatchObject({ code });
    });

    it('to strangers, who do not learn that there is an image, and to readers', async () => {
      const source = await captured.capture(null);
      await expect(register(copyOf(source), somebody())).rejects.toMatchObject({ code: 'image.not_found' });
      const reader = tenant(source.owner.project_id, ['reader']);
      await expect(register(copyOf(source), reader)).rejects.toMatchObject({ code: 'auth.forbidden' });
      await register(copyOf(source), operator());
      expect((await describeSource(source, 'operators', true)).object.key).toBe(source.key);
    });

    it('of a public image, unless the operator lets everybody', EXHAUSTIVE, async () => {
      const source = await captured.capture(null, operator());
      await new Publishing(catalog).publish(source.image_id);
      const tenants = somebody();
      await expect(register(copyOf(source), tenants)).rejects.toMatchObject({ code: 'auth.forbidden' });
      await register(copyOf(source, { public_images: true }), tenants);
    });

    it('of an image that is not there yet, or closed', async () => {
      const made = await captured.images.register();
      await expect(register(copyOf(made), made.owner)).rejects.toMatchObject({ code: 'image.not_active' });
      const source = await captured.capture(null);
      await catalog.ask(DeactivateImage, { image_id: source.image_id, region: REGION }, operator());
      for (const as of [source.owner, operator()]) {
        await expect(register(copyOf(source), as)).rejects.toMatchObject({ code: 'image.deactivated' });
      }
      await expect(describeSource(source, source.owner.project_id)).rejects.toMatchObject({
        code: 'image.deactivated',
      });
      await captured.remove(source);
      await expect(describeSource(source, source.owner.project_id)).rejects.toMatchObject({ code: 'image.not_found' });
    });

    it.each([
      ['the name of the image itself in its region', { name: 'web', region: REGION }, 'copy.same_name'],
      ['a region there is not', { region: 'nowhere' }, 'region.not_found'],
    ])('with %s', async (_what, said, code) => {
      const source = await captured.capture(null);
      await expect(register(copyOf(source, said), source.owner)).rejects.toMatchObject({ code });
      await register(copyOf(source, { name: 'web', region: OTHER_REGION }), source.owner);
    });

    it('when there is no place, with nothing registered', async () => {
      const source = await captured.capture(null);
      catalog.quota.limit = 0;
      const request = copyOf(source);
      await expect(register(request, source.owner)).rejects.toMatchObject({ code: 'quota.images_exceeded' });
      await expect(show(request, source.owner)).rejects.toMatchObject({ code: 'image.not_found' });
    });
  });

  it('asked for twice is one image, also when the other is gone by then', async () => {
    const source = await captured.capture(null);
    const request = copyOf(source);
    const first = await register(request, source.owner);
    await captured.remove(source);
    expect(await register(request, source.owner)).toMatchObject({ id: first.id });
    const other = register({ ...request, name: 'another' }, source.owner);
    await expect(other).rejects.toMatchObject({ code: 'image.exists' });
  });

  it('that failed is killed with the reason', async () => {
    const source = await captured.capture(null);
    const request = copyOf(source);
    await register(request, source.owner);
    const { image_id, job_id } = request;
    const error = refusal('copy.image_deleted', 'The image was deleted.').toDocument();
    await catalog.publish(ImageCopyFailedV1, image_id, { job: jobView(job_id, image_id, 'failed'), image_id, error });
    await eventually(async () => {
      expect(await show(request, source.owner)).toMatchObject({ status: 'killed', error: { code: error.code } });
    });
  });

  it('of a layer is described with what the layer lies on', EXHAUSTIVE, async () => {
    const base = await captured.held.make();
    const layer = await captured.capture(base, base.owner);
    const { object } = await describeSource(layer, base.owner.project_id);
    expect(object).toMatchObject({
      key: layer.key,
      size: '40',
      file_size: '4000',
      checksum: null,
      disk_format: 'qcow2',
    });
    expect(object.layers).toMatchObject([{ key: base.key }]);
    const user = catalog.ask(
      DescribeCopySource,
      { image_id: layer.image_id, region: REGION, public_images: false, by_operator: true },
      base.owner,
    );
    await expect(user).rejects.toMatchObject({ code: 'auth.forbidden' });
  });
});
