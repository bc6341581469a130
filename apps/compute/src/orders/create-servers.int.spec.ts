import { CreateServers, GetServer, ListNetworks, refusal, type ServerRecord } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import { OTHER_PROJECT, OTHER_REGION, PROJECT, REGION, serversOf, tenant } from '../../test/requests.ts';
import { SweepAdmissions } from './sweep-admissions.ts';

describe('ordering servers', () => {
  let compute: ComputeUnderTest;
  let image: string;

  beforeAll(async () => {
    compute = await startCompute({ COMPUTE_ADMISSION_SECONDS: '3600', COMPUTE_BATCH_LIMIT: '5' });
    image = compute.catalog.add();
  });

  afterEach(() => {
    compute.catalog.refuseHold = null;
    compute.catalog.afterHold = () => Promise.resolve();
  });

  afterAll(() => compute.close());

  /** Nothing of a refused order stays: no job, no server, and no hold. */
  async function expectNothing(asking: () => Promise<unknown>, refused: object): Promise<void> {
    const look = async () => ({
      jobs: await compute.looks.count('jobs'),
      servers: await compute.looks.count('servers'),
      disks: await compute.looks.count('server_disks'),
      holders: compute.catalog.holds.size,
    });
    const before = await look();
    await expect(asking()).rejects.toMatchObject(refused);
    await eventually(async () => {
      expect(await look()).toEqual(before);
    });
  }

  it('holds the image for each server, queues one job and says so in one event', async () => {
    const own = compute.catalog.add({ boot_mode: 'uefi', name: 'web base' });
    const context = tenant();
    const order = serversOf(own, { count: 2, flavor: 'small', network: 'open' });
    const { job, servers, event_ids } = await compute.ask(CreateServers, order, context);
    expect(job).toMatchObject({ type: 'server', project_id: PROJECT, state: 'queued', phase: 'build', image_id: own });
    expect(servers.map(({ name }) => name)).toEqual(['web-1', 'web-2']);
    for (const server of servers) {
      expect(server).toMatchObject({
        status: 'building',
        task: 'creating',
        job_id: job.id,
        flavor: { name: 'small', vcpus: 1, ram: 1024 },
        image_id: own,
        image_name: 'web base',
        os_distro: 'debian',
        boot_mode: 'uefi',
        system_disk: { size_gib: 3 },
        network: { name: 'open', mac_address: expect.stringMatching(/^52:54:00(:[0-9a-f]{2}){3}$/) },
        fault: null,
        started_at: null,
      });
      expect(await compute.server(server.id)).toEqual(server);
    }
    expect(compute.catalog.holders(own)).toHaveLength(2);
    const [event] = await eventually(() => {
      const events = compute.recorder.about(job.id);
      expect(events).toHaveLength(1);
      return events;
    });
    expect(event).toMatchObject({
      id: event_ids[0],
      type: 'ServerJobRequested',
      correlationid: context.correlation_id,
      data: { job, task: 'creating', server_ids: servers.map(({ id }) => id) },
    });
  });

  it('gives each server of a full-machine image all its disks, in their order, before those that are asked for', async () => {
    const machine = compute.catalog.addMachine(7, 5);
    const order = serversOf(machine.id, { count: 2, data_disks: [{ size_gib: 1, image_id: null }] });
    const { servers } = await compute.ask(CreateServers, order, tenant());
    for (const server of servers) {
      expect(server.system_disk).toEqual({ size_gib: 3 });
      expect(server.data_disks.map(({ size_gib, image_id }) => [size_gib, image_id])).toEqual([
        [7, machine.disks[0]],
        [5, machine.disks[1]],
        [1, null],
      ]);
    }
    for (const [at, disk] of machine.disks.entries()) {
      const ids = servers.map(({ data_disks }) => data_disks[at]?.id);
      expect(compute.catalog.holders(disk).sort()).toEqual(ids.sort());
    }
  });

  it('lets nothing be held of any disk of a machine when one of them cannot be, and counts them all', async () => {
    const machine = compute.catalog.addMachine(1, 1);
    compute.catalog.images.delete(machine.disks[1] ?? '');
    await expectNothing(() => compute.create(machine.id), { code: 'image.not_found' });
    const many = compute.catalog.addMachine(...Array.from({ length: 16 }, () => 1));
    const wish = { data_disks: [{ size_gib: 1, image_id: null }] };
    const refused = { code: 'server.disks_exceeded', details: { count: 17, maximum: 16 } };
    await expectNothing(() => compute.create(many.id, wish), refused);
  });

  it('calls a single server as it was asked for', async () => {
    expect((await compute.create(image, { name: 'db' })).servers.map(({ name }) => name)).toEqual(['db']);
  });

  it('gives the system disk what the content needs, or what the image says where that is more', async () => {
    const size = async (traits: Parameters<typeof compute.catalog.add>[0]): Promise<number | undefined> =>
      (await compute.create(compute.catalog.add(traits))).servers[0]?.system_disk.size_gib;
    expect(await size({ min_disk: 0, virtual_bytes: 2n ** 30n + 1n })).toBe(2);
    expect(await size({ min_disk: 0, virtual_bytes: 512n })).toBe(1);
    expect(await size({ min_disk: 40, virtual_bytes: 2n ** 30n })).toBe(40);
  });

  it('adds data disks, empty and from images, each holding its own', async () => {
    const data = compute.catalog.add({ image_type: 'data_disk', virtual_bytes: 5n * 2n ** 30n, min_disk: 0 });
    const disks = [
      { size_gib: 1, image_id: null },
      { size_gib: 5, image_id: data },
      { size_gib: 6, image_id: data },
    ];
    const { servers } = await compute.create(image, { count: 2, data_disks: disks });
    for (const server of servers) expect(server.data_disks).toMatchObject(disks);
    const made = servers.flatMap(({ data_disks }) => data_disks.filter(({ image_id }) => image_id !== null));
    expect(compute.catalog.holders(data).sort()).toEqual(made.map(({ id }) => id).sort());
  });

  it('names the networks there are to whoever may look', async () => {
    const reader = tenant(PROJECT, ['reader']);
    expect(await compute.ask(ListNetworks, { region: REGION }, reader)).toEqual({
      networks: [
        { name: 'default', restricted: true },
        { name: 'open', restricted: false },
      ],
    });
  });

  it.each<[string, Parameters<typeof serversOf>[1], object]>([
    ['an unknown flavor', { flavor: 'gigantic' }, { code: 'server.flavor_not_found' }],
    [
      'an unknown network',
      { network: 'dmz' },
      { code: 'server.network_not_found', details: { networks: ['default', 'open'] } },
    ],
    [
      'more servers than an order may have',
      { count: 6 },
      { code: 'server.count_exceeded', details: { count: 6, maximum: 5 } },
    ],
    [
      'another disk size',
      { system_disk_gib: 4 },
      { code: 'server.disk_size_mismatch', details: { size_gib: 3, asked_gib: 4 } },
    ],
    ['a region that is not there', { region: 'nowhere' }, { code: 'region.not_found' }],
    ['a region without hosts', { region: OTHER_REGION }, { code: 'server.host_not_available' }],
    [
      'more disk than there is',
      { data_disks: [{ size_gib: 1024, image_id: null }] },
      {
        code: 'server.host_disk_full',
        details: { needed: String(1027n * 2n ** 30n), available: expect.stringMatching(/^\d+$/) },
      },
    ],
  ])('refuses %s', async (_what, change, refused) => {
    await expectNothing(() => compute.create(image, change), refused);
  });

  it.each<[string, Parameters<typeof compute.catalog.add>[0], object]>([
    [
      'a data disk image as system',
      { image_type: 'data_disk' },
      { code: 'server.image_unusable', details: { image_type: 'data_disk' } },
    ],
    [
      'another architecture',
      { architecture: 'aarch64' },
      { code: 'server.image_unusable', details: { architecture: 'aarch64' } },
    ],
    [
      'an image that needs more memory',
      { min_ram: 257 },
      { code: 'server.ram_too_small', details: { min_ram: 257, ram: 256 } },
    ],
    ['an image larger than any disk', { min_disk: 1025 }, { code: 'server.image_unusable' }],
    ['an image of another project', { owner: OTHER_PROJECT }, { code: 'image.not_found' }],
  ])('refuses %s, and holds nothing', async (_what, traits, refused) => {
    await expectNothing(() => compute.create(compute.catalog.add(traits)), refused);
  });

  it('refuses a data disk smaller than its image, and lets go of the other image too', async () => {
    const data = compute.catalog.add({ image_type: 'data_disk', virtual_bytes: 5n * 2n ** 30n });
    const data_disks = [{ size_gib: 4, image_id: data }];
    const refused = { code: 'server.disk_too_small', details: { needed_gib: 5, size_gib: 4 } };
    await expectNothing(() => compute.create(image, { data_disks }), refused);
    const missing = [{ size_gib: 4, image_id: crypto.randomUUID() }];
    await expectNothing(() => compute.create(image, { data_disks: missing }), { code: 'image.not_found' });
  });

  it('refuses a reader', async () => {
    const reader = tenant(PROJECT, ['reader']);
    await expectNothing(() => compute.ask(CreateServers, serversOf(image), reader), { code: 'auth.forbidden' });
  });

  it('answers the same servers to the same Idempotency-Key, also when asked many times at once', async () => {
    const ask = () => compute.create(image, { idempotency_key: 'once', count: 2 });
    const [jobs, servers] = [await compute.looks.count('jobs'), await compute.looks.count('servers')];
    const answers = [...(await Promise.all([ask(), ask(), ask(), ask()])), await ask()];
    expect(new Set(answers.map(({ job }) => job.id)).size).toBe(1);
    const ids = (of: readonly ServerRecord[]): string => of.map(({ id }) => id).join();
    expect(new Set(answers.map((answer) => ids(answer.servers))).size).toBe(1);
    expect(await compute.looks.count('jobs')).toBe(jobs + 1);
    expect(await compute.looks.count('servers')).toBe(servers + 2);
    const requested = await eventually(() => {
      const events = compute.recorder.about(answers[0]?.job.id ?? '');
      expect(events).not.toHaveLength(0);
      return events;
    });
    expect(requested).toHaveLength(1);
  });

  it('refuses another order under a used key, and lets another project use it', async () => {
    await compute.create(image, { idempotency_key: 'mine' });
    await expectNothing(() => compute.create(image, { idempotency_key: 'mine', count: 2 }), {
      code: 'request.idempotency_conflict',
    });
    const others = compute.catalog.add({ owner: OTHER_PROJECT });
    const order = serversOf(others, { idempotency_key: 'mine' });
    expect((await compute.ask(CreateServers, order, tenant(OTHER_PROJECT))).job.project_id).toBe(OTHER_PROJECT);
  });

  it('makes one job of an order that is delivered twice', async () => {
    const context = tenant();
    const first = await compute.ask(CreateServers, serversOf(image), context);
    expect((await compute.ask(CreateServers, serversOf(image), context)).job.id).toBe(first.job.id);
  });

  it('passes on what catalog refuses, and the key is free again', async () => {
    compute.catalog.refuseHold = refusal('image.deactivated', 'It is closed.');
    await expectNothing(() => compute.create(image, { idempotency_key: 'closed' }), { code: 'image.deactivated' });
    compute.catalog.refuseHold = null;
    expect((await compute.create(image, { idempotency_key: 'closed' })).job.state).toBe('queued');
  });

  it('takes an admission back that was cut off before it was promised, with what it held, and not before its time', async () => {
    const own = compute.catalog.add();
    compute.catalog.afterHold = () => Promise.reject(new Error('nobody knows what happened'));
    await expect(compute.create(own, { idempotency_key: 'cut-off' })).rejects.toMatchObject({ code: 'internal' });
    const [job]: { id: string; state: string }[] = await compute.db.query(
      `SELECT id, state FROM compute.jobs WHERE idempotency_key = 'cut-off'`,
    );
    if (job === undefined) throw new Error('the admission is not recorded');
    const sweeper = compute.app.get(SweepAdmissions);
    await sweeper.sweep();
    expect(await compute.looks.job(job.id)).toMatchObject({ state: 'admitting' });
    expect(compute.catalog.holders(own)).toHaveLength(1);
    await compute.looks.age(job.id);
    await sweeper.sweep();
    await expect(compute.looks.job(job.id)).rejects.toThrow('there is no job');
    await eventually(() => {
      expect(compute.catalog.holders(own)).toEqual([]);
    });
  });

  it('lets go of what it held when it was taken back while it was still under way', async () => {
    const own = compute.catalog.add();
    const [held, goOn] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    compute.catalog.afterHold = async () => {
      held.resolve(undefined);
      await goOn.promise;
    };
    const asking = compute.create(own, { idempotency_key: 'slow' });
    const refused = expect(asking).rejects.toMatchObject({ code: 'request.timeout' });
    await held.promise;
    await compute.db.query(
      `UPDATE compute.jobs SET created_at = now() - interval '2 hours' WHERE idempotency_key = 'slow'`,
    );
    await compute.app.get(SweepAdmissions).sweep();
    goOn.resolve(undefined);
    await refused;
    await eventually(() => {
      expect(compute.catalog.holders(own)).toEqual([]);
    });
  });

  it('is not found by anybody else', async () => {
    const [server] = (await compute.create(image)).servers;
    const of = { server_id: server?.id ?? '', region: REGION };
    await expect(compute.ask(GetServer, of, tenant(OTHER_PROJECT))).rejects.toMatchObject({ code: 'server.not_found' });
    await expect(compute.ask(GetServer, { ...of, region: OTHER_REGION })).rejects.toMatchObject({
      code: 'server.not_found',
    });
  });
});
