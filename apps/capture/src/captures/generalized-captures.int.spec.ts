import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CapturedImageExaminedV1,
  type DataOf,
  type EventEnvelope,
  type FullMachineCapturedV1,
  type ImageCapturedV1,
  type ImageGeneralizedV1,
  type JobView,
} from '@imago/contracts';
import { generalizeDisk, layOver } from '@imago/generalization';
import { sha256, type StoredImage, storeImage } from '@imago/image-transfer/testing';
import { DEBIAN, DiskPrograms, examined, FileDisk, SampleDisks } from '@imago/readiness/testing';
import { eventually, EXHAUSTIVE, firstOfEach } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CaptureUnderTest, startCapture } from '../../test/capture-under-test.ts';
import type { CaptureWorker } from '../../test/capture-worker.ts';
import type { TestServer } from '../../test/compute-neighbour.ts';
import { MIB, smallDisk } from '../../test/disks.ts';
import type { HeldMoment } from '../../test/phase-moments.ts';
import { readDisk, requireDisk } from '../../test/stored-images.ts';
import type { CapturePhaseName } from './phases/capture-phase.ts';

const SECRET = 'what-the-private-key-is';
const MACHINE_ID = '0123456789abcdef0123456789abcdef';

/** A Debian of which one machine alone can be made. */
const BROKEN = {
  ...DEBIAN,
  'etc/cloud/cloud.cfg': 'cloud_init_modules:\n  - ssh\n',
  'etc/machine-id': `${MACHINE_ID}\n`,
  'etc/ssh/ssh_host_rsa_key': Buffer.alloc(9000, SECRET),
  'etc/fstab': '/dev/sda1 / ext4 errors=remount-ro 0 1\n',
};
const MENDED = ['machine_id', 'ssh_host_keys', 'fstab'];

describe('a capture that is generalized', () => {
  let captures: CaptureUnderTest;
  let programs: DiskPrograms;
  /** The disk as the server got it, and as it is after it wrote to it. */
  let base: StoredImage;
  let content: Buffer;
  const written = { offset: 15 * MIB, length: 4096 };
  const hired: CaptureWorker[] = [];

  beforeAll(async () => {
    // The last attempt does not look at the disk: one is lost, and another one is left before that.
    captures = await startCapture({ CAPTURE_MAXIMUM_ATTEMPTS: '3' });
    programs = await DiskPrograms.open();
    const disks = new SampleDisks(programs);
    const original = await readFile(await disks.biosDisk(await disks.fileSystem('ext4', BROKEN), 16));
    base = await storeImage(captures.store, original);
    content = Buffer.from(original);
    // No block of a file is there: what the guest wrote and deleted again.
    content.fill('written by the server ', written.offset, written.offset + written.length);
  });

  afterEach(async () => {
    for (const worker of hired.splice(0)) await worker.dismiss();
  });

  afterAll(async () => {
    await captures.close();
    await programs.close();
  });

  async function hire(): Promise<CaptureWorker> {
    const worker = await captures.hire();
    hired.push(worker);
    return worker;
  }

  const layered = () => ({ content, changed: [written], image_id: base.image_id, base: base.object });

  async function fileOf(disk: Buffer): Promise<string> {
    const path = join(captures.directory, `${sha256(disk)}.disk`);
    await writeFile(path, disk);
    return path;
  }

  /** The disk as its image is to have it: the files of all its changes are of one moment. */
  async function mended(disk: Buffer, { created_at }: Pick<JobView, 'created_at'>): Promise<Buffer> {
    const file = await FileDisk.open(await fileOf(disk));
    const options = { signal: AbortSignal.timeout(60_000), now: new Date(created_at) };
    try {
      const { patches } = await generalizeDisk(file, options);
      const copy = Buffer.from(disk);
      layOver(patches, 0, copy);
      return copy;
    } finally {
      await file.close();
    }
  }

  function generalizedIn(events: readonly EventEnvelope[]): DataOf<typeof ImageGeneralizedV1>[] {
    const told = events.filter(({ type }) => type === 'ImageGeneralized');
    return told.map(({ data }) => data as DataOf<typeof ImageGeneralizedV1>);
  }

  async function kept(): Promise<number> {
    const rows: unknown[] = await captures.db.query('SELECT 1 FROM capture.generalizations');
    return rows.length;
  }

  /** The image is mended, a layer, and all that is said of it true; the server has what it had. */
  async function expectMended(server: TestServer, jobId: string): Promise<void> {
    const events = await captures.looks.eventsOf(jobId);
    const { object, job } = events.at(-1)?.data as DataOf<typeof ImageCapturedV1>;
    expect(object.parent_object_id).toBe(base.object.object_id);
    await requireDisk(captures.store, [object.key, base.object.key], await mended(content, job));
    const [told, ...others] = generalizedIn(events);
    expect(others).toEqual([]);
    expect(told).toMatchObject({ image_id: job.image_id, generalized_at: job.created_at });
    expect(new Set(told?.report.changes.map(({ point }) => point))).toEqual(new Set(MENDED));
    expect(server.disks[0]?.content.includes(MACHINE_ID)).toBe(true);
    expect(await kept()).toBe(0);
  }

  it('is an image that many servers can be made of, and the disk of its server is untouched', async () => {
    await hire();
    const before = sha256(content);
    const server = captures.compute.add(layered());
    const { id } = await captures.request(server.id, { generalize: true });
    await expectMended(server, id);
    expect(sha256(content)).toBe(before);
    const events = await captures.looks.eventsOf(id);
    const { object } = events.at(-1)?.data as DataOf<typeof ImageCapturedV1>;
    // The layer has the changes; what was written is beside them, and nothing that could be read of the parent is gone.
    expect(Number(object.stored_size)).toBeLessThan(8 * MIB);
    const disk = await readDisk(captures.store, [object.key, base.object.key]);
    expect(disk.includes(SECRET) || disk.includes(MACHINE_ID)).toBe(false);
    expect(disk.includes('written by the server')).toBe(true);
    const { report } = events.find(({ type }) => type === 'ImageExamined')?.data as DataOf<
      typeof CapturedImageExaminedV1
    >;
    const points = (of: typeof report) => of.points.filter(({ point }) => MENDED.includes(point));
    for (const { status } of points(await examined(await fileOf(content)))) expect(status).not.toBe('ok');
    expect(points(report)).toHaveLength(MENDED.length);
    for (const { status } of points(report)) expect(status).toBe('ok');
    const types = events.map(({ type }) => type);
    expect(types.indexOf('ImageGeneralized')).toBeLessThan(types.indexOf('ImageExamined'));
  });

  const moments: readonly [string, CapturePhaseName, (worker: CaptureWorker) => HeldMoment][] = [
    [
      'with a part stored and not journaled',
      'transfer',
      ({ gate }) => gate.hold((call) => call.action === 'upload_part' && call.partNumber === 2, 'after'),
    ],
    [
      'while it looks at the disk',
      'generalize',
      () => captures.compute.exports.hold(({ path, offset }) => path === 'data' && offset > 0),
    ],
    ['before it has the map', 'map', () => captures.compute.exports.hold(({ path }) => path === 'map')],
  ];

  for (const [rows, options] of firstOfEach(moments, () => 'lost')) {
    it.each(rows)(
      'whose worker is lost %s, is changed in the same way by the next',
      options,
      async (_, phase, hold) => {
        const lost = await hire();
        const held = hold(lost);
        const server = captures.compute.add(layered());
        const { id } = await captures.request(server.id, { generalize: true });
        await held.arrived;
        expect((await captures.looks.job(id)).phase).toBe(phase);
        await lost.lose();
        held.release();
        captures.compute.exports.calls.length = 0;
        await captures.looks.expireLease(id);
        await hire();
        await expectMended(server, id);
        // What is to be changed is not found out again: of the disk nothing is read before its map.
        if (phase !== 'generalize') expect(captures.compute.exports.calls[0]?.path).toBe('map');
      },
    );
  }

  it('of a full machine has another system disk, and data disks as they are', EXHAUSTIVE, async () => {
    await hire();
    const server = captures.compute.add(layered(), { content, changed: [{ offset: 0, length: content.length }] });
    const { id } = await captures.request(server.id, { source: { type: 'full_machine' }, generalize: true });
    const events = await captures.looks.eventsOf(id);
    const { object, data_disks, job } = events.at(-1)?.data as DataOf<typeof FullMachineCapturedV1>;
    await requireDisk(captures.store, [object.key, base.object.key], await mended(content, job));
    await requireDisk(captures.store, [data_disks[0]?.object.key ?? ''], content);
    expect(generalizedIn(events).map(({ image_id }) => image_id)).toEqual([job.image_id]);
  });

  it('is an image all the same where nothing can be changed, and says why', async () => {
    await hire();
    const disk = smallDisk();
    const server = captures.compute.add({ content: disk, changed: [{ offset: 0, length: disk.length }] });
    const { id } = await captures.request(server.id, { generalize: true });
    const events = await captures.looks.eventsOf(id);
    const { object } = events.at(-1)?.data as DataOf<typeof ImageCapturedV1>;
    await requireDisk(captures.store, [object.key], disk);
    expect(generalizedIn(events)).toMatchObject([
      { report: { changes: [], left: [{ code: 'no_linux', point: 'operating_system' }], not_listed: 0 } },
    ]);
    await eventually(() => {
      expect(captures.compute.isLocked(server)).toBe(false);
    });
  });
});
