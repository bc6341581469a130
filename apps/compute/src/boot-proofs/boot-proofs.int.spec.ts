import { randomUUID } from 'node:crypto';
import {
  BootProofWantedV1,
  CancelBootProof,
  type EventEnvelope,
  ImageDeletedV1,
  type ImageRecord,
  type JobView,
  RequestBootProof,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import { operator, OTHER_PROJECT, OTHER_REGION, PROJECT, REGION, tenant } from '../../test/requests.ts';

const UP = 'IMAGO DEMO boot 1\r\n';

describe('an image that is booted once', () => {
  let compute: ComputeUnderTest;

  beforeAll(async () => {
    compute = await startCompute({ COMPUTE_BOOT_PROOF_SECONDS: '2' });
  });

  afterEach(() => compute.dismiss());

  afterAll(() => compute.close());

  const ask = async (image_id: string, context: RequestContext = tenant(), change: object = {}): Promise<JobView> =>
    (await compute.ask(RequestBootProof, { image_id, region: REGION, idempotency_key: null, ...change }, context)).job;

  /** The machine an image is booted on, once it runs. */
  const machine = (): Promise<string> =>
    eventually(() => {
      const [found] = [...compute.machines.servers].filter(([, { power }]) => power === 'running');
      if (found === undefined) throw new Error('no machine runs');
      return found[0];
    });

  const told = (image: string, type: RegExp): Promise<EventEnvelope> =>
    eventually(() => {
      const found = compute.recorder.about(image).find((event) => type.test(event.type));
      if (found === undefined) throw new Error(`nothing tells of ${image}`);
      return found;
    });

  const recordOf = (id: string): ImageRecord => {
    const found = compute.catalog.images.get(id);
    if (found === undefined) throw new Error(`there is no image ${id}`);
    return found.image;
  };

  /** Nothing is left: no machine, no promise of one, no bytes that are kept for it. */
  const expectNothingLeft = (image: string): Promise<void> =>
    eventually(async () => {
      expect([...compute.machines.servers.keys()]).toEqual([]);
      expect(await compute.looks.count('proof_machines')).toBe(0);
      expect(compute.catalog.holders(image)).toEqual([]);
    });

  it('comes up alone, without a network, and is told as proven with the end of what it said', async () => {
    const image = compute.catalog.add({ min_ram: 2048, boot_mode: 'uefi' });
    await compute.hireProver();
    const job = await ask(image);
    expect(job).toMatchObject({ type: 'boot_proof', image_id: image, project_id: PROJECT, state: 'queued' });
    const id = await machine();
    const alone = { mac_address: null, data_disks: [], user_data: null, vcpus: 1, ram: 2048, firmware: 'uefi' };
    expect(compute.machines.machine(id).spec).toMatchObject(alone);
    expect(compute.catalog.holders(image)).toEqual([compute.machines.machine(id).spec.system_disk.id]);
    compute.machines.write(id, `Linux version 6.1.0\r\n\u001b[0m${UP}`);
    const { data } = await told(image, /Boot(Not)?Proven$/);
    const evidence = UP.trim();
    expect(data).toMatchObject({
      job: { id: job.id, state: 'succeeded' },
      proof: {
        status: 'proven',
        evidence,
        seconds: expect.any(Number),
        serial_log: `Linux version 6.1.0\n${evidence}\n`,
      },
    });
    await expectNothingLeft(image);
  });

  it('that says nothing is not proven, and what to do about that is told', async () => {
    const image = compute.catalog.add();
    await compute.hireProver();
    await ask(image);
    const { type, data } = await told(image, /Boot(Not)?Proven$/);
    expect(type).toBe('ImageBootNotProven');
    expect(data).toMatchObject({ job: { state: 'succeeded' }, proof: { status: 'not_proven', code: 'silent' } });
    await expectNothingLeft(image);
  });

  it('is booted by one machine at a time; asked again, the running one is answered, and under one key one is made', async () => {
    const image = compute.catalog.add();
    const [first, second] = await Promise.all([ask(image), ask(image, tenant(), { idempotency_key: 'k' })]);
    expect(second.id).toBe(first.id);
    await compute.ask(CancelBootProof, { job_id: first.id });
    expect((await told(image, /Cancelled$/)).data).toMatchObject({ job: { id: first.id, state: 'cancelled' } });
    const keyed = { idempotency_key: randomUUID() };
    const third = await ask(image, tenant(), keyed);
    expect(third.id).not.toBe(first.id);
    await compute.ask(CancelBootProof, { job_id: third.id });
    expect(await ask(image, tenant(), keyed)).toMatchObject({ id: third.id, state: 'cancelled' });
    await expectNothingLeft(image);
  });

  it('is cancelled in the middle, or ends with its image, and its machine with it', async () => {
    await compute.hireProver();
    const [cancelled, deleted] = [compute.catalog.add(), compute.catalog.add()];
    const job = await ask(cancelled);
    await machine();
    await expect(compute.ask(CancelBootProof, { job_id: job.id }, tenant(OTHER_PROJECT))).rejects.toMatchObject({
      code: 'job.not_found',
    });
    await compute.ask(CancelBootProof, { job_id: job.id });
    await told(cancelled, /^BootProofCancelled$/);
    await expectNothingLeft(cancelled);
    await ask(deleted);
    await machine();
    await compute.publish(ImageDeletedV1, deleted, { image: recordOf(deleted), members: [] });
    await told(deleted, /^BootProofCancelled$/);
    await expectNothingLeft(deleted);
  });

  it.each(['create', 'start'] as const)(
    'ends, and leaves nothing, when its worker is lost at the %s of its machine',
    async (action) => {
      const image = compute.catalog.add();
      const lost = await compute.hireProver();
      const held = lost.gate.hold(action, 'after');
      const job = await ask(image);
      const abandoned = await held.arrived;
      await lost.lose();
      held.release();
      expect(compute.machines.servers.has(abandoned)).toBe(true);
      await compute.looks.expireLease(job.id);
      await compute.hireProver();
      const next = await eventually(() => {
        const found = [...compute.machines.servers].find(([id, { power }]) => id !== abandoned && power === 'running');
        if (found === undefined) throw new Error('no other machine runs');
        return found[0];
      });
      compute.machines.write(next, UP);
      expect((await told(image, /Boot(Not)?Proven$/)).data).toMatchObject({ proof: { status: 'proven' } });
      await expectNothingLeft(image);
    },
  );

  it('is booted without being asked for when whoever had it made wished so, once however often that is told', async () => {
    const image = compute.catalog.add();
    const want = (image_id: string): Promise<string> =>
      compute.publish(BootProofWantedV1, image_id, { image_id, owner: PROJECT, region: REGION });
    await want(image);
    await want(image);
    await told(image, /^BootProofRequested$/);
    await compute.hireProver();
    compute.machines.write(await machine(), UP);
    await told(image, /^ImageBootProven$/);
    await want(image);
    const last = compute.catalog.add();
    await want(last);
    await told(last, /^BootProofRequested$/);
    expect(compute.recorder.about(image).filter(({ type }) => type === 'BootProofRequested')).toHaveLength(1);
    await told(last, /Boot(Not)?Proven$/);
    await expectNothingLeft(last);
  });

  it('is refused with a reason when it cannot be, or is not the caller’s', async () => {
    const image = compute.catalog.add();
    const refused = async (id: string, code: string, context?: RequestContext, change?: object): Promise<void> => {
      await expect(ask(id, context, change)).rejects.toMatchObject({ code });
    };
    await refused(compute.catalog.add({ image_type: 'data_disk' }), 'server.image_unusable');
    await refused(compute.catalog.add({ architecture: 'aarch64' }), 'server.image_unusable');
    await refused(compute.catalog.add({ status: 'importing' }), 'image.not_active');
    await refused(compute.catalog.add({ status: 'deactivated' }), 'image.deactivated');
    await refused(image, 'image.not_found', tenant(OTHER_PROJECT));
    await refused(image, 'auth.forbidden', tenant(PROJECT, ['reader']));
    await refused(compute.catalog.add({ visibility: 'public' }), 'auth.forbidden');
    await refused(image, 'image.not_found', tenant(), { region: OTHER_REGION });
    expect(await compute.looks.count('proof_machines')).toBe(0);
    const job = await ask(image, operator());
    expect(job.project_id).toBe(PROJECT);
    await compute.ask(CancelBootProof, { job_id: job.id });
  });

  it('fails with the reason, and says nothing of the image, when no host can boot it', async () => {
    const image = compute.catalog.add({ min_ram: 1_000_000 });
    await compute.hireProver();
    const job = await ask(image);
    expect((await told(image, /^BootProofFailed$/)).data).toMatchObject({
      job: { id: job.id, state: 'failed' },
      error: { code: 'server.host_memory_full' },
    });
    await expectNothingLeft(image);
  });
});
