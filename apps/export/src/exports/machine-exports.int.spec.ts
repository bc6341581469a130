import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  CancelExport,
  type ExportDestination,
  ImageExportedV1,
  type ShownImage,
  machineManifest,
} from '@imago/contracts';
import { readObject, storeImage, type StoredImage } from '@imago/image-transfer/testing';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { QemuImg, someDisk } from '../../test/disks.ts';
import { type ExportUnderTest, startExport } from '../../test/export-under-test.ts';
import type { ExportWorker } from '../../test/export-worker.ts';

describe('an export of a full machine', () => {
  const content = someDisk();
  let exports: ExportUnderTest & { close(): Promise<void> };
  let qemu: QemuImg;
  let stored: StoredImage;
  let image: ShownImage;
  let part: ShownImage;
  const hired: ExportWorker[] = [];

  beforeAll(async () => {
    exports = await startExport();
    qemu = new QemuImg(exports.qemuImg, exports.directory);
    stored = await storeImage(exports.store, content);
    const data = await storeImage(exports.store, second);
    part = exports.book.add(data, { image_type: 'data_disk', machine_image_id: randomUUID() });
  });

  afterEach(async () => {
    for (const worker of hired.splice(0)) await worker.dismiss();
  });

  afterAll(() => exports.close());

  async function hire(): Promise<ExportWorker> {
    const worker = await exports.hire();
    hired.push(worker);
    return worker;
  }

  const destinationOf = (): ExportDestination => ({
    bucket: exports.buckets.own,
    object: `exports/${randomUUID()}.img`,
  });
  const second = Buffer.concat([randomBytes(2 ** 20), Buffer.alloc(2 ** 20)]);

  function machine(): ShownImage {
    const data_disks = [{ image_id: part.id, position: 1, size_gib: 1, size: part.size, checksum: null }];
    return (image = exports.book.add(stored, { image_type: 'full_machine', data_disks }));
  }

  /** The objects a machine becomes. */
  const objectsOf = (object: string): string[] => [object, `${object}.disk-1`, `${object}.manifest.json`];

  it('writes a file for each disk, and beside them what lists them, also when a worker is lost at the second', async () => {
    machine();
    const destination = destinationOf();
    const { object } = destination;
    const lost = await hire();
    const held = lost.gate.hold(
      ({ action, key }) => action === 'complete_upload' && key === `${object}.disk-1`,
      'after',
    );
    const job = await exports.request(image.id, { destination, disk_format: 'raw' });
    await held.arrived;
    await lost.lose();
    held.release();
    await exports.looks.expireLease(job.id);
    const rescuer = await hire();
    const events = await exports.looks.eventsOf(job.id);
    const { file } = ImageExportedV1.data.parse(events.at(-1)?.data);
    expect(file).toMatchObject({ ...destination, disk_format: 'raw' });
    const list = machineManifest.parse(
      JSON.parse((await readObject(exports.bucket, `${object}.manifest.json`)).toString()),
    );
    expect(list).toMatchObject({
      image_id: image.id,
      disks: [
        { role: 'system_disk', position: 0, object, checksum: file.checksum },
        { role: 'data_disk', position: 1, object: `${object}.disk-1`, size: String(second.length) },
      ],
    });
    for (const [at, disk] of [content, second].entries()) {
      const bytes = await readObject(exports.bucket, list.disks[at]?.object ?? '');
      await qemu.requireSame(bytes, 'raw', disk);
      expect(list.disks[at]?.checksum).toBe(createHash('md5').update(bytes).digest('hex'));
    }
    expect(rescuer.gate.passed.filter(({ action, key }) => action === 'upload_part' && key === object)).toEqual([]);
    expect(await exports.looks.isCleared(job.id)).toBe(true);
    expect((await exports.bucket.list(object)).map(({ key }) => key).sort()).toEqual(objectsOf(object));
  });

  it('leaves nothing of any disk when it is cancelled at the second, and what was there before', async () => {
    machine();
    const destination = destinationOf();
    const [, , listing = ''] = objectsOf(destination.object);
    const worker = await hire();
    const held = worker.gate.hold(({ action, key }) => action === 'create_upload' && key.endsWith('.disk-1'));
    const { id } = await exports.request(image.id, { destination });
    await held.arrived;
    expect(await exports.bucket.list(destination.object)).toHaveLength(1);
    await exports.bucket.put(listing, Buffer.from('of the tenant'));
    await exports.ask(CancelExport, { job_id: id });
    held.release();
    expect(await exports.looks.ended(id)).toMatchObject({ state: 'cancelled' });
    await eventually(async () => {
      expect(await exports.looks.isCleared(id)).toBe(true);
    });
    expect((await exports.bucket.list(destination.object)).map(({ key }) => key)).toEqual([listing]);
    expect(await exports.bucket.listMultiparts(destination.object)).toEqual([]);
  });

  it('is refused at once where an object is in the way of any of its files, and of one of its disks alone', async () => {
    machine();
    for (const name of ['.disk-1', '.manifest.json']) {
      const destination = destinationOf();
      await exports.bucket.put(`${destination.object}${name}`, Buffer.from('mine'));
      await expect(exports.request(image.id, { destination })).rejects.toMatchObject({
        code: 'export.object_exists',
      });
    }
    await expect(exports.request(part.id)).rejects.toMatchObject({ code: 'image.part_of_machine' });
  });
});
