import { createHash, randomBytes } from 'node:crypto';
import {
  type CapturedImageExaminedV1,
  type DataOf,
  type EventEnvelope,
  FullMachineCapturedV1,
  ImageCapturedV1,
  RequestCapture,
} from '@imago/contracts';
import type { Extent } from '@imago/disk-image';
import { readObject, sha256, type StoredImage, storeImage } from '@imago/image-transfer/testing';
import { indexKey } from '@imago/object-store';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaptureUnderTest, startCapture } from '../../test/capture-under-test.ts';
import type { CaptureWorker } from '../../test/capture-worker.ts';
import type { TestServer } from '../../test/compute-neighbour.ts';
import { MIB, QemuImg, someDisk } from '../../test/disks.ts';
import { captureOf, REGION, tenant } from '../../test/requests.ts';
import { readDisk, requireDisk } from '../../test/stored-images.ts';
import type { ImageJob } from '../jobs/image-job.ts';

/** A capture that is over: what was said of it and what is stored. */
interface Captured {
  readonly job: ImageJob;
  readonly events: readonly EventEnvelope[];
  readonly data: DataOf<typeof ImageCapturedV1>;
  readonly stored: Buffer;
}

const hashOf = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex');
const run = (offset: number, length: number): Extent => ({ offset, length });

describe('a capture', () => {
  let captures: CaptureUnderTest;
  let worker: CaptureWorker;
  let qemu: QemuImg;
  let base: StoredImage;
  const original = someDisk();

  beforeAll(async () => {
    captures = await startCapture();
    qemu = new QemuImg(captures.qemuImg, captures.directory);
    worker = await captures.hire();
    base = await storeImage(captures.store, original);
  });

  afterAll(() => captures.close());

  async function capture(server: TestServer, source = captureOf(server.id).source): Promise<Captured> {
    const { id } = await captures.request(server.id, { source });
    const events = await captures.looks.eventsOf(id);
    const job = await captures.looks.job(id);
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    const data = ImageCapturedV1.data.parse(events.at(-1)?.data);
    await eventually(() => {
      expect(captures.compute.isLocked(server)).toBe(false);
    });
    return { job, events, data, stored: await readObject(captures.store, data.object.key) };
  }

  /** A server whose disk began as the base image and was written since. */
  function serverOnBase(content: Buffer, changed: Extent[]): TestServer {
    return captures.compute.add({ content, changed, image_id: base.image_id, base: base.object });
  }

  /** The bytes of disks that were asked for. */
  function bytesRead(): number {
    return captures.compute.exports.calls.reduce((sum, call) => sum + call.length, 0);
  }

  it('of a disk that was made from no image stores it whole, what was never written left out', EXHAUSTIVE, async () => {
    const content = Buffer.alloc(64 * MIB);
    const written = run(40 * MIB + 512, 3 * MIB);
    randomBytes(written.length).copy(content, written.offset);
    const server = captures.compute.add({ content: original }, { content, changed: [written] });
    const disk = server.disks[1];
    const before = bytesRead();
    const { stored, data } = await capture(server, { type: 'data_disk', disk_id: disk?.id ?? '' });
    expect(bytesRead() - before).toBe(4 * MIB);
    await qemu.requireSame(stored, content);
    expect(data.origin).toMatchObject({ server_id: server.id, disk: 'data_disk', disk_id: disk?.id, image_id: null });
    expect(data.object).toMatchObject({
      parent_object_id: null,
      size: stored.length.toString(),
      stored_size: stored.length.toString(),
      virtual_size: content.length.toString(),
      allocated_bytes: (4 * MIB).toString(),
      checksum: hashOf('md5', stored),
      os_hash_value: hashOf('sha512', stored),
      index_hash: sha256(await readObject(captures.store, indexKey(data.object.key))),
    });
  });

  it('of a disk that was made from a file kept as it came stores all of it', EXHAUSTIVE, async () => {
    const object = { ...base.object, disk_format: 'raw' as const, index_hash: null };
    const content = someDisk();
    const server = captures.compute.add({ content, changed: [], image_id: base.image_id, base: object });
    const { stored, data } = await capture(server);
    await qemu.requireSame(stored, content);
    expect(data.object.parent_object_id).toBeNull();
    expect(captures.catalog.objects.get(data.job.id)).toMatchObject({ parent: null });
  });

  it('of a full machine stores every disk as it would be stored alone, and tells of all of them in one event', async () => {
    const content = Buffer.from(original);
    randomBytes(MIB).copy(content, 3 * MIB);
    const fresh = Buffer.alloc(16 * MIB);
    randomBytes(2 * MIB).copy(fresh, 5 * MIB);
    const layered = Buffer.from(original);
    randomBytes(512).copy(layered, 0);
    const onBase = { image_id: base.image_id, base: base.object };
    const server = captures.compute.add(
      { ...onBase, content, changed: [run(3 * MIB, MIB)] },
      { content: fresh, changed: [run(5 * MIB, 2 * MIB)] },
      { ...onBase, content: layered, changed: [run(0, 512)] },
    );
    const { events, job } = await capture(server, { type: 'full_machine' });
    const data = FullMachineCapturedV1.data.parse(events.at(-1)?.data);
    expect(captures.catalog.registered.get(data.image_id)).toMatchObject({
      facts: { image_type: 'full_machine', min_disk: 1, os_distro: 'debian' },
      data_disks: data.data_disks.map(({ image_id }) => ({ image_id, size_gib: 1 })),
    });
    const parent = base.object.object_id;
    expect(data).toMatchObject({
      origin: { disk: 'system_disk', disk_id: server.disks[0]?.id },
      object: { parent_object_id: parent },
      data_disks: [
        { origin: { disk: 'data_disk', disk_id: server.disks[1]?.id }, object: { parent_object_id: null } },
        { origin: { disk: 'data_disk', disk_id: server.disks[2]?.id }, object: { parent_object_id: parent } },
      ],
    });
    const [first, second] = data.data_disks.map(({ object }) => object.key);
    await requireDisk(captures.store, [data.object.key, base.object.key], content);
    await requireDisk(captures.store, [first ?? ''], fresh);
    await requireDisk(captures.store, [second ?? '', base.object.key], layered);
    // How much there is, is known from the first disk on.
    const work = (4 * MIB).toString();
    expect(job).toMatchObject({ bytes_done: BigInt(work), bytes_total: BigInt(work) });
    const totals = events.map((event) => (event.data as DataOf<typeof ImageCapturedV1>).job.bytes_total);
    expect(new Set(totals.filter((total) => total !== null))).toEqual(new Set([work]));
    const digested = async (imageId: string): Promise<number> => {
      const sql = `SELECT 1 FROM capture.jobs WHERE image_id = $1 AND type = 'digest'`;
      return (await captures.db.query<unknown[]>(sql, [imageId])).length;
    };
    // The hashes of the disks that are layers are found out when the machine is ready.
    await captures.imageReady({ ...captures.image(data.image_id), status: 'active' }, 'tests');
    await captures.looks.jobOfImage(data.data_disks[1]?.image_id ?? '', 'digest');
    expect(await digested(data.data_disks[0]?.image_id ?? '')).toBe(0);
    const examined = events.filter(({ type }) => type === 'ImageExamined');
    expect(examined.map((event) => (event.data as DataOf<typeof CapturedImageExaminedV1>).image_id)).toEqual([
      data.image_id,
      ...data.data_disks.map(({ image_id }) => image_id),
    ]);
  });

  describe('of a disk that was made from a stored image', () => {
    it('reads and stores what changed, and nothing else', async () => {
      const content = Buffer.from(original);
      const written = [run(3 * MIB + 100, 200), run(25 * MIB, 512), run(7 * MIB, 2 * MIB)];
      for (const { offset, length } of written) randomBytes(length).copy(content, offset);
      const before = bytesRead();
      const { data, stored } = await capture(serverOnBase(content, written));
      expect(bytesRead() - before).toBe(4 * MIB);
      expect(data.object).toMatchObject({ parent_object_id: base.object.object_id, disk_format: 'qcow2' });
      expect(captures.catalog.objects.get(data.job.id)).toMatchObject({ parent: base.object.object_id });
      await requireDisk(captures.store, [data.object.key, base.object.key], content);
      expect(stored.length).toBeLessThan(10 * MIB);
      expect(Number(data.object.stored_size)).toBe(stored.length);
      expect(data.job).toMatchObject({ bytes_done: (4 * MIB).toString(), bytes_total: (4 * MIB).toString() });
    });

    it('is known by its content: the same image as a whole one of the same disk', EXHAUSTIVE, async () => {
      const content = Buffer.from(original);
      content.fill('changed', 21 * MIB, 22 * MIB);
      const layer = await capture(serverOnBase(content, [run(21 * MIB, MIB)]));
      const whole = await capture(captures.compute.add({ content, changed: [run(0, content.length)] }));
      expect(layer.data.object.index_hash).toBe(whole.data.object.index_hash);
      expect(layer.data.object.allocated_bytes).toBe(whole.data.object.allocated_bytes);
    });

    it('never brings back bytes of the image where the guest wrote zeros', async () => {
      const content = Buffer.from(original);
      content.fill(0, 3 * MIB, 6 * MIB); // whole clusters
      content.fill(0, 21 * MIB + 512, 21 * MIB + 4096); // a part of one
      content.fill(0, 26 * MIB); // the last, shorter one
      const changed = [run(3 * MIB, 3 * MIB), run(21 * MIB + 512, 3584), run(26 * MIB, 512 * 7)];
      const { data } = await capture(serverOnBase(content, changed));
      const disk = await readDisk(captures.store, [data.object.key, base.object.key]);
      expect(disk.subarray(3 * MIB, 6 * MIB).every((byte) => byte === 0)).toBe(true);
      expect(disk.equals(content)).toBe(true);
    });

    it('stores no cluster that was written with what it had', EXHAUSTIVE, async () => {
      const { data, stored } = await capture(serverOnBase(original, [run(2 * MIB, 10 * MIB)]));
      expect(stored.length).toBeLessThan(6 * MIB); // the tables alone
      await requireDisk(captures.store, [data.object.key, base.object.key], original);
      expect(data.object.index_hash).toBe(base.object.index_hash);
    });

    it('of a disk that nobody wrote to is a layer without a cluster', EXHAUSTIVE, async () => {
      const { data } = await capture(serverOnBase(original, []));
      await requireDisk(captures.store, [data.object.key, base.object.key], original);
      expect(data.job).toMatchObject({ state: 'succeeded', bytes_total: '0' });
    });

    it('says the size of the file it is downloaded as, and no hash that nobody has made yet', EXHAUSTIVE, async () => {
      const content = Buffer.from(original);
      randomBytes(MIB).copy(content, 10 * MIB);
      const { data } = await capture(serverOnBase(content, [run(10 * MIB, MIB)]));
      expect(data.object).toMatchObject({ checksum: null, os_hash_algo: null, os_hash_value: null });
      expect(Number(data.object.size)).toBeGreaterThan(17 * MIB);
      expect(Number(data.object.stored_size)).toBeLessThan(8 * MIB);
    });

    it(
      'is stored whole where catalog takes no layer, without reading what neither image nor guest wrote',
      EXHAUSTIVE,
      async () => {
        const content = Buffer.from(original);
        randomBytes(MIB).copy(content, 10 * MIB);
        captures.catalog.refuseParents = true;
        const before = bytesRead();
        const { data, stored } = await capture(serverOnBase(content, [run(10 * MIB, MIB)]));
        captures.catalog.refuseParents = false;
        expect(data.object.parent_object_id).toBeNull();
        expect(bytesRead() - before).toBeLessThan(23 * MIB);
        await qemu.requireSame(stored, content);
      },
    );

    it('of a disk that grew has the new room too', EXHAUSTIVE, async () => {
      const content = Buffer.concat([original, Buffer.alloc(10 * MIB)]);
      randomBytes(MIB).copy(content, 30 * MIB);
      const { data } = await capture(serverOnBase(content, [run(30 * MIB, MIB)]));
      await requireDisk(captures.store, [data.object.key, base.object.key], content);
    });

    it('reads all of a disk whose map is too long to be told, and stores what changed', EXHAUSTIVE, async () => {
      const content = Buffer.from(original);
      randomBytes(512).copy(content, 5 * MIB);
      captures.compute.exports.misbehaves = ({ path }, response) => {
        if (path !== 'map') return false;
        response.end(Buffer.alloc(9 * MIB, ' '));
        return true;
      };
      const { data, stored } = await capture(serverOnBase(content, []));
      captures.compute.exports.misbehaves = () => false;
      expect(stored.length).toBeLessThan(8 * MIB);
      await requireDisk(captures.store, [data.object.key, base.object.key], content);
    });
  });

  it('is examined as it is stored: what a layer did not change is its base’s', async () => {
    const disk = Buffer.from(original);
    disk.writeUInt8(0x83, 446 + 4);
    disk.writeUInt32LE(2048, 446 + 8);
    disk.writeUInt32LE(4096, 446 + 12);
    disk.writeUInt16LE(0xaa55, 510);
    const partitioned = await storeImage(captures.store, disk);
    const content = Buffer.from(disk);
    randomBytes(MIB).copy(content, 10 * MIB);
    const made = { image_id: partitioned.image_id, base: partitioned.object };
    const { events, data } = await capture(captures.compute.add({ content, changed: [run(10 * MIB, MIB)], ...made }));
    expect(data.object.parent_object_id).toBe(partitioned.object.object_id);
    const told = events.filter(({ type }) => type === 'ImageExamined');
    expect(told.map((event) => (event.data as DataOf<typeof CapturedImageExaminedV1>).report)).toMatchObject([
      { partition_table: 'mbr' },
    ]);
  });

  it('tells its story in order, each end once, as part of the request that asked for it', async () => {
    const context = tenant();
    const server = captures.compute.add({ content: original, changed: [run(0, original.length)] });
    const { job, event_ids } = await captures.ask(RequestCapture, captureOf(server.id), context);
    const events = await captures.looks.eventsOf(job.id);
    expect(events[0]).toMatchObject({ id: event_ids[0], type: 'ImageCaptureRequested' });
    expect(new Set(events.map((event) => event.correlationid))).toEqual(new Set([context.correlation_id]));
    const types = events.map((event) => event.type).filter((type) => type !== 'ImageCaptureProgressed');
    expect(types).toEqual(['ImageCaptureRequested', 'ImageExamined', 'ImageCaptured']);
    const views = events.map((event) => (event.data as DataOf<typeof ImageCapturedV1>).job);
    const phases = views.map((view) => view.phase).filter((phase, at, all) => phase !== all[at - 1]);
    expect(phases).toEqual(['lock', 'map', 'transfer', 'seal', 'verify', 'examine', 'activate']);
    const done = views.map((view) => Number(view.bytes_done));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(original.length);
  });

  it('leaves the image, its index and nothing else, and the server free', EXHAUSTIVE, async () => {
    const server = captures.compute.add({ content: original, changed: [run(0, original.length)] });
    const { data, job } = await capture(server);
    const { key } = data.object;
    expect((await captures.store.list(key)).map((each) => each.key)).toEqual([key, indexKey(key)]);
    expect(await captures.store.listMultiparts(key)).toEqual([]);
    expect(await captures.looks.journalOf(job.id)).toEqual([]);
    await eventually(async () => {
      expect(await captures.looks.locks()).toBe(0);
    });
    expect(job.region).toBe(REGION);
    expect(worker.gate.count('create_upload', (call) => call.key === key)).toBe(1);
  });
});
