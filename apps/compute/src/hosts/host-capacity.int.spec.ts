import { ChangeServerOs, DeleteServer } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import { REGION } from '../../test/requests.ts';

const GIB = 2n ** 30n;

/** What a tiny server takes of the memory: its guest's, qemu's, and that of translated code. */
const TINY = (256n + 128n + 256n) * 2n ** 20n;

describe('a host with little room', () => {
  let compute: ComputeUnderTest;
  let image: string;

  beforeAll(async () => {
    compute = await startCompute({ COMPUTE_CACHE_GIB: '2' });
    image = compute.catalog.add({ min_disk: 3 });
    await compute.hire();
  });

  afterAll(() => compute.close());

  /** The host says that it has so much. */
  async function has({ disk, memory }: { disk: bigint; memory: bigint }): Promise<void> {
    compute.machines.disk_free = disk;
    compute.machines.memory_total = memory;
    await eventually(async () => {
      const rows: unknown[] = await compute.db.query('SELECT disk_free, memory_total FROM compute.hosts');
      expect(rows).toEqual([{ disk_free: disk.toString(), memory_total: memory.toString() }]);
    });
  }

  async function deleteAll(): Promise<void> {
    const rows: { id: string }[] = await compute.db.query(`SELECT id FROM compute.servers WHERE status <> 'deleted'`);
    for (const { id } of rows) {
      await eventually(() => compute.ask(DeleteServer, { server_id: id, region: REGION }));
    }
    await eventually(async () => {
      const left: unknown[] = await compute.db.query(`SELECT 1 FROM compute.servers WHERE status <> 'deleted'`);
      expect(left).toEqual([]);
    });
  }

  it('gives the last memory to one of two that ask at once, and says what was missing to the other', async () => {
    await has({ disk: 1000n * GIB, memory: TINY });
    const asked = await Promise.allSettled([1, 2, 3, 4].map(() => compute.create(image)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of asked) {
      if (each.status === 'rejected')
        expect(each.reason).toMatchObject({
          code: 'server.host_memory_full',
          details: { needed: String(TINY), available: '0' },
        });
    }
    await deleteAll();
    await eventually(() => {
      expect(compute.catalog.holders(image)).toEqual([]);
    });
    await compute.create(image);
    await deleteAll();
  });

  it('refuses an image that boots with UEFI at once where no host can, and holds nothing of it', async () => {
    await has({ disk: 1000n * GIB, memory: 64n * GIB });
    const uefi = compute.catalog.add({ boot_mode: 'uefi' });
    const { id } = await compute.stopped(image);
    compute.machines.uefi = false;
    await eventually(async () => {
      expect(await compute.db.query('SELECT uefi FROM compute.hosts')).toEqual([{ uefi: false }]);
    });
    const refused = { code: 'server.image_unusable', details: { boot_mode: 'uefi' } };
    await expect(compute.create(uefi)).rejects.toMatchObject(refused);
    const change = { server_id: id, region: REGION, image_id: uefi, user_data: null, idempotency_key: null };
    await expect(compute.ask(ChangeServerOs, change)).rejects.toMatchObject(refused);
    expect(await compute.server(id)).toMatchObject({ status: 'stopped', task: null });
    await eventually(() => {
      expect(compute.catalog.holders(uefi)).toEqual([]);
    });
    compute.machines.uefi = true;
    await eventually(async () => {
      await compute.looks.ended((await compute.create(uefi)).job.id);
    });
    await deleteAll();
  });

  it('gives the last disk to one, counts every server of an order and the cache of images, and has it again when one is deleted', async () => {
    await has({ disk: 8n * GIB, memory: 64n * GIB });
    await expect(compute.create(image, { count: 3 })).rejects.toMatchObject({
      code: 'server.host_disk_full',
      details: { needed: String(9n * GIB), available: String(6n * GIB) },
    });
    const asked = await Promise.allSettled([1, 2].map(() => compute.create(image, { count: 2 })));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await deleteAll();
    await compute.create(image, { count: 2 });
    await deleteAll();
  });
});
