import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BOOT_MARKER, USER_DATA_MARKER } from '@imago/demo-image';
import { eventually, EXHAUSTIVE, fileContains } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Captures } from '../test/captures.ts';
import { Host } from '../test/host.ts';
import { importDemoImage, Servers } from '../test/servers.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

/** What the first server writes and the next one wipes out. Long enough to fill blocks, and found nowhere else. */
const SECRET = 'imago-secret-which-must-not-come-back ';

/** Two servers with the same one take each other for themselves. */
const MACHINE_ID = '0123456789abcdef0123456789abcdef';

const script = (...lines: readonly string[]): string => ['#!/bin/sh', ...lines, 'sync', ''].join('\n');

const TELL = script('echo "marker: $(cat /root/marker 2>/dev/null || echo none)"');
const CHANGE = script(
  `echo ${MACHINE_ID} > /etc/machine-id`,
  'echo changed-inside > /root/marker',
  `yes '${SECRET}' | head -c 2097152 > /root/secret`,
  'echo data-of-the-first > /dev/vdb',
  'echo "marker: $(cat /root/marker)"',
);
const READ = script(
  'echo "marker: $(cat /root/marker)"',
  'echo "id: [$(cat /etc/machine-id)]"',
  'echo "read: $(head -n 1 /dev/vdb)"',
);
const WIPE = script(
  'echo "marker: $(cat /root/marker)"',
  'echo "id: [$(cat /etc/machine-id)]"',
  'echo "read: $(head -n 1 /dev/vdb)"',
  'dd if=/dev/zero of=/root/secret bs=64k count=32 conv=notrunc 2>/dev/null',
  'sync',
  'rm /root/secret',
);

describe('the circle: image, server, change, capture, server', () => {
  let sut: SystemUnderTest;
  let servers: Servers;
  let captures: Captures;
  let original: string;

  beforeAll(async () => {
    sut = await systemFor('captures');
    servers = new Servers(sut.alice);
    captures = new Captures(sut.alice);
    original = await importDemoImage(sut, sut.alice);
  });
  afterAll(() => sut.close());

  /** A server that has run a script and is off again, nothing of it in flight. */
  async function ran(imageId: string, user_data: string, fields: object = {}): Promise<{ id: string; said: string }> {
    const [server] = await servers.create({ image_id: imageId, user_data, ...fields });
    const id = server?.id ?? '';
    const said = await servers.said(id, USER_DATA_MARKER);
    await servers.do(id, 'stop');
    return { id, said };
  }

  it('what a server changes is in the images captured from its disks, and in the servers made from those', async () => {
    const whole = await sut.alice.download(original);
    const first = await ran(original, CHANGE, { data_disks: [{ size_gib: 1 }] });
    expect(first.said).toContain('marker: changed-inside');
    const { data_disks } = await servers.show(first.id);
    const dataDisk = { type: 'data_disk', disk_id: data_disks[0]?.id ?? '' } as const;
    const data = await captures.capture(first.id, 'data', dataDisk);
    const golden = await captures.capture(first.id, 'golden');
    expect(golden).toMatchObject({ name: 'golden', disk_format: 'qcow2' });
    expect(await captures.lineage(golden.id)).toMatchObject({
      layers: 2,
      origin: { server_id: first.id, image_id: original },
      ancestors: [{ image_id: original }],
    });
    await expectEventsOfOneCapture(golden.id);
    // Of the layer the server wrote alone nothing could be told.
    expect(await sut.alice.readiness(golden.id)).toMatchObject({ image_id: golden.id, partition_table: 'mbr' });

    const second = await ran(golden.id, WIPE, { data_disks: [{ size_gib: 1, image_id: data.id }] });
    expect(second.said).toMatch(new RegExp(`${BOOT_MARKER} 2[^]*marker: changed-inside[^]*read: data-of-the-first`));
    expect(second.said).toContain(`id: [${MACHINE_ID}]`);
    const foreign = await captures.request(second.id, 'foreign', dataDisk);
    expect([foreign.status, foreign.body.code]).toEqual([404, 'server.disk_not_found']);
    // What all of it began with is as it was, to the byte, for servers to come.
    expect((await sut.alice.download(original)).equals(whole)).toBe(true);

    // A file deleted and blocks zeroed inside the guest are gone from the image, though its parent has them.
    const wiped = await captures.capture(second.id, 'wiped');
    expect(await contains(original, SECRET)).toBe(false);
    expect(await contains(golden.id, SECRET)).toBe(true);
    expect(await contains(wiped.id, SECRET)).toBe(false);

    // The hashes of what is downloaded come, and are right; then the parents go, and the child is whole.
    const hashed = await eventually(async () => {
      const image = await sut.alice.image(wiped.id);
      expect(image.checksum).not.toBeNull();
      return image;
    });
    for (const { id } of [first, second]) await servers.delete(id);
    for (const { id } of [data, golden, { id: original }]) await sut.alice.delete(id);
    const child = await ran(wiped.id, TELL);
    expect(child.said).toMatch(new RegExp(`${BOOT_MARKER} 3[^]*marker: changed-inside`));

    // Stored whole it is the same file; what only held it up goes.
    const before = await sut.alice.download(wiped.id);
    expect(before.length).toBe(hashed.size);
    await captures.flatten(wiped.id);
    expect(await captures.lineage(wiped.id)).toMatchObject({ layers: 1 });
    expect((await sut.alice.download(wiped.id)).equals(before)).toBe(true);
    expect(await sut.alice.image(wiped.id)).toMatchObject({ checksum: hashed.checksum, size: hashed.size });
    await servers.delete(child.id);
    await eventually(async () => {
      expect((await sut.images.keys()).objects.length).toBe(2);
    });
    await sut.alice.delete(wiped.id);
    await new Host(sut).becomesEmpty();
    await expectTrueState(sut);
  }, 600_000);

  it('goes for a machine of two disks, generalized', EXHAUSTIVE, async () => {
    const image = await importDemoImage(sut, sut.alice, 'for a machine');
    const { id } = await ran(image, CHANGE, { data_disks: [{ size_gib: 1 }] });
    await expectMachine(id);
    await servers.delete(id);
    await sut.alice.delete(image);
    await new Host(sut).becomesEmpty();
    await expectTrueState(sut);
  });

  it('a server that runs is refused at once, and one that is captured is nobody else’s', EXHAUSTIVE, async () => {
    const image = await importDemoImage(sut, sut.alice, 'busy');
    const [server] = await servers.create({ image_id: image });
    const id = server?.id ?? '';
    const used = await sut.alice.quotaUsed();
    const running = await captures.request(id, 'too-early');
    expect([running.status, running.body.code]).toEqual([409, 'server.not_stopped']);
    await servers.do(id, 'stop', { hard: true });
    const stranger = await new Captures(sut.bob).request(id, 'not-mine');
    expect([stranger.status, stranger.body.code]).toEqual([404, 'server.not_found']);
    expect(await sut.alice.quotaUsed()).toBe(used);

    const hold = sut.proxy.hold((method, url) => method === 'POST' && url.searchParams.has('uploads'));
    const { body: job } = await captures.request(id, 'locked');
    await hold.reached;
    for (const [action, body] of [['start'], ['change-os', { image_id: image }]] as const) {
      const answer = await servers.order(id, action, body);
      expect([answer.status, answer.body.code]).toEqual([409, 'server.busy']);
    }
    expect((await captures.request(id, 'twice')).body.code).toBe('server.busy');
    expect((await sut.alice.ask('DELETE', `/v1/servers/${id}`)).status).toBe(409);
    await sut.alice.ask('POST', `/v1/jobs/${job.id}/cancel`);
    hold.open();
    expect(await sut.alice.ended(job.id)).toMatchObject({ state: 'cancelled' });
    await servers.becomes(id, 'stopped');
    await servers.delete(id);
    await sut.alice.delete(image);
    for (const { id: left } of await sut.alice.images()) await sut.alice.delete(left);
    await expectTrueState(sut);
  });

  /** One image of all disks, generalized: servers made of it have them, and it counts, is seen and is deleted as one. */
  async function expectMachine(serverId: string): Promise<void> {
    const used = await sut.alice.quotaUsed();
    const machine = await captures.capture(serverId, 'machine', { type: 'full_machine' }, { generalize: true });
    expect(machine).toMatchObject({ image_type: 'full_machine', instance_uuid: serverId });
    expect(await sut.alice.quotaUsed()).toBe(used + 1);
    await expectEventsOfOneCapture(machine.id, 'FullMachineCaptured');
    const disks = JSON.parse(machine.data_disks ?? '[]') as { image_id: string; size_gib: number }[];
    const disk = disks[0]?.image_id ?? '';
    expect(disks).toMatchObject([{ image_id: disk, position: 1, size_gib: 1 }]);
    expect((await sut.alice.images()).map(({ id }) => id)).not.toContain(disk);
    for (const id of [machine.id, disk]) expect((await sut.bob.ask('GET', `/v2/images/${id}`)).status).toBe(404);

    expect(await captures.generalization(machine.id)).toMatchObject({
      changes: [{ point: 'machine_id', path: '/etc/machine-id' }],
    });
    const { points } = await sut.alice.readiness(machine.id);
    expect(points).toContainEqual(expect.objectContaining({ point: 'machine_id', status: 'ok' }));

    const twin = await ran(machine.id, READ);
    expect(twin.said).toMatch(/marker: changed-inside[^]*id: \[\][^]*read: data-of-the-first/);
    expect((await servers.show(twin.id)).data_disks).toMatchObject([{ size_gib: 1, image_id: disk }]);
    expect((await sut.alice.ask('DELETE', `/v2/images/${disk}`)).status).toBe(409);
    await servers.delete(twin.id);
    await sut.alice.delete(machine.id);
    expect((await sut.alice.ask('GET', `/v2/images/${disk}`)).status).toBe(404);
  }

  /** Once each in effect, each service's in its order and effects after causes, under one correlation. */
  async function expectEventsOfOneCapture(imageId: string, captured = 'ImageCaptured'): Promise<void> {
    const events = await sut.alice.events(imageId);
    const story = ['ImageRegistered', 'ImageCaptureRequested', captured, 'ImageReady'];
    const types = events.map(({ type }) => type).filter((type) => story.includes(type));
    expect([...types].sort()).toEqual([...story].sort());
    expect(types.filter((type) => type !== 'ImageRegistered')).toEqual(story.slice(1));
    expect(types.indexOf('ImageRegistered')).toBeLessThan(types.indexOf('ImageReady'));
    const told = events.filter(({ type }) => story.includes(type) || type === 'ImageCaptureProgressed');
    expect(new Set(told.map(({ correlationid }) => correlationid)).size).toBe(1);
  }

  /** Whether a text is anywhere on the disk of an image, in a file or in free space. */
  async function contains(imageId: string, text: string): Promise<boolean> {
    const file = join(sut.directory, `${imageId}.qcow2`);
    const raw = join(sut.directory, `${imageId}.raw`);
    await writeFile(file, await sut.alice.download(imageId));
    await promisify(execFile)(sut.qemuImg, ['check', '-q', '-f', 'qcow2', file]);
    await promisify(execFile)(sut.qemuImg, ['convert', '-f', 'qcow2', '-O', 'raw', file, raw]);
    const found = await fileContains(raw, text);
    await Promise.all([rm(file), rm(raw)]);
    return found;
  }
});
