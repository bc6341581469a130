import { createHash } from 'node:crypto';
import { type DataOf, ImageImportedV1, type JobView } from '@imago/contracts';
import { indexKey } from '@imago/object-store';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MIB, QemuImg, smallDisk, someDisk } from '../../test/disks.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { REGION } from '../../test/requests.ts';

const hashOf = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex');

jest.setTimeout(30_000);

describe('an import', () => {
  const disk = someDisk();
  let imports: ImportUnderTest;
  let qemu: QemuImg;

  beforeAll(async () => {
    imports = await startImport();
    qemu = new QemuImg(imports.qemuImg, imports.directory);
    await imports.hire();
  }, 120_000);

  afterAll(() => imports.close());

  /** Imports a file and answers what was said of it and what is stored. */
  async function importFile(name: string, file: Buffer, disk_format: 'raw' | 'qcow2') {
    await imports.files.put(name, file);
    const { id } = await imports.request(name, { disk_format });
    const events = await imports.looks.eventsOf(id);
    const job = await imports.looks.job(id);
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    const data = events.at(-1)?.data as DataOf<typeof ImageImportedV1>;
    const { key, size } = data.object;
    return { job, events, data, stored: await imports.store.read(key, { length: Number(size) }) };
  }

  it.each([
    ['raw', 'raw', () => Promise.resolve(disk)],
    ['plain qcow2', 'qcow2', () => qemu.toQcow2(disk)],
    ['zlib qcow2', 'qcow2', () => qemu.toQcow2(disk, '-c')],
    ['zstd qcow2', 'qcow2', () => qemu.toQcow2(disk, '-c', '-o', 'compression_type=zstd')],
    ['old qcow2', 'qcow2', () => qemu.toQcow2(disk, '-o', 'compat=0.10')],
  ] as const)('stores a %s file as a sound qcow2 image with the same disk', async (name, disk_format, make) => {
    const { stored } = await importFile(name, await make(), disk_format);
    await qemu.requireSame(stored, disk);
  });

  it('stores a disk of zeros', async () => {
    const zeros = Buffer.alloc(3 * MIB);
    const { stored, job } = await importFile('zeros', zeros, 'raw');
    await qemu.requireSame(stored, zeros);
    expect(job).toMatchObject({ bytes_done: job.bytes_total });
  });

  it('tells catalog what it stored, with the hashes clients compare and the file it came from', async () => {
    const file = smallDisk();
    const { data, job, stored } = await importFile('small.raw', file, 'raw');
    const { object_id, key } = imports.catalog.keys.get(job.id) ?? {};
    const index = await imports.store.head(indexKey(key ?? ''));
    expect(ImageImportedV1.data.parse(data)).toMatchObject({
      image_id: job.image_id,
      object: {
        object_id,
        key,
        disk_format: 'qcow2',
        size: (await imports.store.head(key ?? '')).size.toString(),
        virtual_size: file.length.toString(),
        allocated_bytes: (2 * MIB).toString(),
        checksum: hashOf('md5', stored),
        os_hash_algo: 'sha512',
        os_hash_value: hashOf('sha512', stored),
        index_hash: hashOf('sha256', await imports.store.read(indexKey(key ?? ''), { length: index.size })),
      },
      source: {
        source_uri: `s3://${imports.bucket}/small.raw`,
        source_disk_format: 'raw',
        source_size: file.length.toString(),
        source_etag: (await imports.files.head('small.raw')).etag,
      },
    });
  });

  it('shows every phase in its order and a progress that never goes back and ends complete', async () => {
    const { events, job } = await importFile('shown.raw', disk, 'raw');
    const views = events.map((event) => (event.data as { job: JobView }).job);
    const phases = views.map((view) => view.phase).filter((phase, index, all) => phase !== all[index - 1]);
    expect(phases).toEqual(['admit', 'inspect', 'transfer', 'seal', 'verify', 'activate']);
    const done = views.map((view) => Number(view.bytes_done));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(views.at(-1)).toMatchObject({
      state: 'succeeded',
      bytes_done: job.data.inspection?.allocated_bytes,
      bytes_total: job.data.inspection?.allocated_bytes,
    });
    expect(views.map((view) => view.version)).toEqual(views.map((view) => view.version).sort((a, b) => a - b));
    expect(events.map((event) => [event.subject, event.region])).toEqual(events.map(() => [job.image_id, REGION]));
  });

  it('leaves nothing behind but the image and its index', async () => {
    const { job, data } = await importFile('tidy.raw', smallDisk(), 'raw');
    expect(await imports.looks.journalOf(job.id)).toEqual([]);
    expect(await imports.store.listMultiparts(data.object.key)).toEqual([]);
    const keys = (await imports.store.list(data.object.key)).map((object) => object.key);
    expect(keys).toEqual([data.object.key, indexKey(data.object.key)]);
  });

  it('gives the same disk the same identity, whatever file it came in', async () => {
    const raw = await importFile('same.raw', disk, 'raw');
    const qcow2 = await importFile('same.qcow2', await qemu.toQcow2(disk, '-c'), 'qcow2');
    expect(qcow2.data.object.index_hash).toBe(raw.data.object.index_hash);
  });
});
