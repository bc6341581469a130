import { CreateServers, ListServersOnObjects, ObjectDamagedV1, ObjectRepairedV1 } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import { operator, PROJECT, REGION, serversOf, tenant } from '../../test/requests.ts';

describe('a server whose disk is read from a damaged object', () => {
  let compute: ComputeUnderTest;

  beforeAll(async () => {
    compute = await startCompute();
  });
  afterAll(() => compute.close());

  it('is named to operators, and its owner is told when it breaks and when it is whole again', async () => {
    const [damaged, other] = [compute.catalog.add(), compute.catalog.add()];
    const { servers } = await compute.ask(CreateServers, serversOf(damaged, { count: 2 }), tenant());
    const unconcerned = await compute.ask(CreateServers, serversOf(other, { count: 1 }), tenant());
    const object_id = compute.catalog.images.get(damaged)?.object.object_id ?? '';
    const asked = { region: REGION, object_ids: [object_id] };
    await expect(compute.ask(ListServersOnObjects, asked, tenant())).rejects.toMatchObject({ code: 'auth.forbidden' });
    const found = await compute.ask(ListServersOnObjects, asked, operator());
    expect(found.servers.map((each) => each.server_id).sort()).toEqual(servers.map(({ id }) => id).sort());
    expect(found.servers[0]).toMatchObject({ project_id: PROJECT, object_id });

    const about = { object_id, image_id: damaged, region: REGION };
    const found_at = new Date().toISOString();
    const damage = { ...about, problem: 'object_altered' as const, detail: 'Its bytes are others.', found_at };
    await compute.publish(ObjectDamagedV1, object_id, damage);
    await compute.publish(ObjectRepairedV1, object_id, about);
    await eventually(() => {
      for (const { id } of servers) {
        const told = compute.recorder.about(id).filter(({ type }) => type.startsWith('ServerDisk'));
        expect(told.map(({ type, audience }) => [type, audience])).toEqual([
          ['ServerDiskDamaged', PROJECT],
          ['ServerDiskRepaired', PROJECT],
        ]);
        expect(told[0]?.data).toMatchObject({ error: { code: 'server.disk_damaged' }, server: { id } });
      }
    });
    const id = unconcerned.servers[0]?.id ?? '';
    expect(compute.recorder.about(id).map(({ type }) => type)).not.toContain('ServerDiskDamaged');
  });
});
