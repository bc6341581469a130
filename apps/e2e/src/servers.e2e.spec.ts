import type { BootProof } from '@imago/contracts';
import { BOOT_MARKER } from '@imago/demo-image';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Host } from '../test/host.ts';
import { importDemoImage, Servers } from '../test/servers.ts';
import { systemFor } from '../test/shared-system.ts';
import type { Problem } from '../test/tenant.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

describe('an image becomes servers', () => {
  let sut: SystemUnderTest;
  let servers: Servers;
  let imageId: string;
  const strangers = (): Servers => new Servers(sut.bob);

  beforeAll(async () => {
    sut = await systemFor('servers');
    servers = new Servers(sut.alice);
    imageId = await importDemoImage(sut, sut.alice);
  });
  afterAll(() => sut.close());

  it('two boot with their data disks and user data, are stopped, started, given another system, and deleted; the image may go before them', async () => {
    const script = '#!/bin/sh\necho "disks: $(cat /sys/block/vd?/size | tr "\\n" " ")"\n';
    const ordered = { image_id: imageId, count: 2, data_disks: [{ size_gib: 3 }], user_data: script };
    const [first, second] = await servers.create(ordered);
    if (first === undefined || second === undefined) throw new Error('there are no two servers');
    expect([first, second]).toMatchObject([
      { name: 'web-1', status: 'running', task: null, system_disk: { size_gib: 1 }, image_id: imageId },
      { name: 'web-2', status: 'running', task: null, fault: null },
    ]);
    await servers.do(second.id, 'stop', { hard: true });
    await servers.said(first.id, `${BOOT_MARKER} 1`);
    // 1 GiB and 3 GiB in sectors; what cloud-init reads comes after them.
    await servers.said(first.id, /disks: 2097152 6291456 /);

    // Another tenant sees none of it, on any path.
    expect(await strangers().list()).toEqual([]);
    expect((await sut.bob.ask('GET', `/v1/servers/${first.id}`)).status).toBe(404);
    expect((await sut.bob.ask('GET', `/v1/servers/${first.id}/console`)).status).toBe(404);
    expect((await strangers().order(first.id, 'stop')).status).toBe(404);
    expect((await sut.bob.ask('DELETE', `/v1/servers/${first.id}`)).status).toBe(404);
    expect((await strangers().request({ image_id: imageId })).body).toMatchObject({ code: 'image.not_found' });

    expect((await servers.order(first.id, 'change-os', { image_id: imageId })).body).toMatchObject({
      code: 'server.not_stopped',
    });
    expect(await servers.do(first.id, 'stop')).toMatchObject({ status: 'stopped', started_at: null });
    expect((await servers.order(first.id, 'stop')).body).toMatchObject({ code: 'server.wrong_state' });

    // The image goes; its servers stay, and can be switched on.
    const otherId = await importDemoImage(sut, sut.alice, 'other');
    await sut.alice.delete(imageId);
    expect((await servers.request({ image_id: imageId })).body).toMatchObject({ code: 'image.not_found' });
    expect(await servers.do(second.id, 'start')).toMatchObject({ status: 'running' });
    await servers.said(second.id, BOOT_MARKER);
    await servers.do(second.id, 'stop', { hard: true });
    expect((await sut.images.keys()).objects.length).toBe(4);

    // Another system under the same id; the disk of the image that is gone is needed by the other server alone.
    expect(await servers.do(first.id, 'change-os', { image_id: otherId })).toMatchObject({
      id: first.id,
      status: 'stopped',
      image_id: otherId,
    });
    await servers.do(first.id, 'start');
    await eventually(async () => {
      expect((await servers.console(first.id)).split(`${BOOT_MARKER} 1`).length).toBe(3);
    });

    await servers.delete(second.id);
    await eventually(async () => {
      expect((await sut.images.keys()).objects.length).toBe(2);
    });
    await servers.delete(first.id);
    expect((await sut.alice.ask('GET', `/v1/servers/${first.id}`)).status).toBe(404);
    expect(await servers.list()).toEqual([]);
    await new Host(sut).becomesEmpty();
    await expectTrueState(sut);
    imageId = otherId;
  }, 600_000);

  it('is seen to boot when whoever imports it wishes so, and is found by that, by nobody else', async () => {
    const before = await sut.alice.get<{ images: { id: string }[] }>('/v2/images?boot=proven');
    expect(before.images).toEqual([]);
    const id = await importDemoImage(sut, sut.alice, 'to be proven', { verify_boot: true });
    const proof = await eventually(() => sut.alice.get<BootProof>(`/v1/images/${id}/boot-proof`));
    expect(proof).toMatchObject({ status: 'proven', evidence: expect.stringContaining(`${BOOT_MARKER} 1`) as string });
    expect(proof.serial_log).toContain(BOOT_MARKER);
    await eventually(async () => {
      const found = await sut.alice.get<{ images: { id: string; boot: string }[] }>('/v2/images?boot=proven');
      expect(found.images).toMatchObject([{ id, boot: 'proven' }]);
      const events = await sut.alice.events(id);
      expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['BootProofRequested', 'ImageBootProven']));
    });
    const { jobs } = await sut.alice.get<{ jobs: { type: string; state: string }[] }>(`/v1/jobs?image_id=${id}`);
    expect(jobs).toContainEqual(expect.objectContaining({ type: 'boot_proof', state: 'succeeded' }));

    const strange = await sut.bob.ask<Problem>('GET', `/v1/images/${id}/boot-proof`);
    expect([strange.status, strange.body.code]).toEqual([404, 'image.not_found']);
    expect((await sut.bob.ask('POST', `/v1/images/${id}/boot-proofs`)).status).toBe(404);
    expect((await sut.bob.get<{ images: unknown[] }>('/v2/images?boot=proven')).images).toEqual([]);
    await sut.alice.delete(id);
    await new Host(sut).becomesEmpty();
    await expectTrueState(sut);
  }, 300_000);

  it('lets one order under one key make its servers once', EXHAUSTIVE, async () => {
    const order = { image_id: imageId, count: 1 };
    const key = { 'idempotency-key': 'the-same' };
    const answers = await Promise.all([servers.request(order, key), servers.request(order, key)]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const { body } = await servers.request({ ...order, name: 'another' }, key);
    expect(body).toMatchObject({ code: 'request.idempotency_conflict' });
    const all = await servers.list();
    expect(all.length).toBe(1);
    await servers.succeeded(answers[0].body);
    await servers.delete(all[0]?.id ?? '');
  });

  it.each([
    ['no server at all', { count: 0 }, 400, 'request.invalid'],
    ['more servers than an order may have', { count: 21 }, 400, 'server.count_exceeded'],
    ['a system disk of another size than the image', { system_disk_gib: 2 }, 400, 'server.disk_size_mismatch'],
    ['a flavor that is not there', { flavor: 'enormous' }, 400, 'server.flavor_not_found'],
    ['a network that is not there', { network: 'nowhere' }, 400, 'server.network_not_found'],
    ['more disk than the host has', { data_disks: Array(16).fill({ size_gib: 1024 }) }, 503, 'server.host_disk_full'],
    ['a field that is not there', { colour: 'blue' }, 400, 'request.invalid'],
  ])(
    'refuses %s, and makes nothing',
    async (_what, fields, status, code) => {
      const answer = await servers.request({ image_id: imageId, ...fields });
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(answer.body.remedy).toMatch(/\.$/);
      expect(await servers.list()).toEqual([]);
      await new Host(sut).becomesEmpty();
    },
    30_000,
  );
});
