import { createHash, randomUUID } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type DataOf, type EventEnvelope, ImageImportedV1, type JobView } from '@imago/contracts';
import type { Compression, SourceFormat } from '@imago/disk-image';
import { indexKey, unpackedPrefix } from '@imago/object-store';
import { firstOfEach } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB, QemuImg, someDisk } from '../../test/disks.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { REGION } from '../../test/requests.ts';
import type { ImportJob } from './import-job.ts';
import { SweepUnpacked } from './sweep-unpacked.ts';

/** An import that is over: what was said of it and what is stored. */
interface Imported {
  readonly job: ImportJob;
  readonly events: readonly EventEnvelope[];
  readonly data: DataOf<typeof ImageImportedV1>;
  readonly stored: Buffer;
}

const hashOf = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex');

describe('an import', () => {
  const disk = someDisk();
  let imports: ImportUnderTest;
  let qemu: QemuImg;
  let raw: Imported;

  beforeAll(async () => {
    imports = await startImport();
    qemu = new QemuImg(imports.qemuImg, imports.directory);
    await imports.hire();
    raw = await importFile('disk.raw', disk, 'raw');
  });

  afterAll(() => imports.close());

  async function importFile(
    name: string,
    file: Buffer,
    disk_format: SourceFormat,
    change: Parameters<ImportUnderTest['request']>[1] = {},
  ): Promise<Imported> {
    await imports.files.put(name, file);
    const { id } = await imports.request(name, { disk_format, ...change });
    const events = await imports.looks.eventsOf(id);
    const job = await imports.looks.job(id);
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    const data = ImageImportedV1.data.parse(events.at(-1)?.data);
    const { key, size } = data.object;
    return { job, events, data, stored: await imports.store.read(key, { length: Number(size) }) };
  }

  it('stores a raw file as a sound qcow2 image with the same disk', async () => {
    await qemu.requireSame(raw.stored, disk);
  });

  const qcow2Files: [string, string[]][] = [
    ['zlib', ['-c']],
    ['plain', []],
    ['zstd', ['-c', '-o', 'compression_type=zstd']],
    ['old', ['-o', 'compat=0.10']],
  ];

  for (const [rows, options] of firstOfEach(qcow2Files, () => 'qcow2')) {
    it.each(rows)(
      'stores a %s qcow2 file as a sound image with the same disk and the same identity',
      options,
      async (name, created) => {
        const { stored, data } = await importFile(name, await qemu.toQcow2(disk, ...created), 'qcow2');
        await qemu.requireSame(stored, disk);
        expect(data.object.index_hash).toBe(raw.data.object.index_hash);
      },
    );
  }

  const otherFiles: [string, SourceFormat, string, string[]][] = [
    ['compressed', 'vmdk', 'vmdk', ['-o', 'subformat=streamOptimized']],
    ['sparse', 'vmdk', 'vmdk', ['-o', 'subformat=monolithicSparse']],
    ['dynamic', 'vhd', 'vpc', ['-o', 'force_size=on']],
    ['fixed', 'vhd', 'vpc', ['-o', 'subformat=fixed,force_size=on']],
    ['dynamic', 'vhdx', 'vhdx', []],
    ['dynamic', 'vdi', 'vdi', []],
  ];

  for (const [rows, options] of firstOfEach(otherFiles, ([, format]) => format)) {
    it.each(rows)(
      'stores a %s %s file as a sound image with the same disk and the same identity',
      options,
      async (...file) => {
        const [kind, format, driver, created] = file;
        const { stored, data } = await importFile(`${kind}.${format}`, await qemu.to(driver, disk, ...created), format);
        await qemu.requireSame(stored, disk);
        expect(data).toMatchObject({ source: { source_disk_format: format } });
        expect(data.object.index_hash).toBe(raw.data.object.index_hash);
      },
    );
  }

  it.each<[Compression, SourceFormat, (file: Buffer) => Buffer]>([
    ['gzip', 'raw', (file) => gzipSync(file, { level: 1 })],
    ['zstd', 'qcow2', (file) => zstdCompressSync(file)],
  ])('stores the disk of a file packed with %s, a %s, and leaves nothing of what it unpacked', async (...file) => {
    const [compression, format, pack] = file;
    const packed = pack(format === 'raw' ? disk : await qemu.toQcow2(disk));
    const checksum = { algorithm: 'sha256', value: hashOf('sha256', packed) } as const;
    const { stored, data, events } = await importFile(`packed.${compression}`, packed, format, {
      compression,
      checksum,
    });
    await qemu.requireSame(stored, disk);
    expect(data).toMatchObject({ source: { source_disk_format: format, source_size: packed.length.toString() } });
    expect(data.object.index_hash).toBe(raw.data.object.index_hash);
    expect(events[0]).toMatchObject({ data: { disk_format: format, compression } });
    expect(await imports.store.list('unpacked/')).toEqual([]);
    expect(await imports.store.listMultiparts('unpacked/')).toEqual([]);
  });

  it('has what it unpacked swept when it ended without erasing it, and not while it may need it', async () => {
    const key = `${unpackedPrefix(randomUUID())}${randomUUID()}`;
    const ofAnEndedJob = `${unpackedPrefix(raw.job.id)}${randomUUID()}`;
    for (const left of [key, ofAnEndedJob]) await imports.store.put(left, Buffer.from('left'));
    await imports.store.createMultipart(key);
    await imports.db.query(
      `UPDATE import.jobs SET state = 'running', finished_at = NULL, lease_until = now() + interval '1 hour' WHERE id = $1`,
      [raw.job.id],
    );
    await imports.app.get(SweepUnpacked).sweep();
    expect((await imports.store.list('unpacked/')).map((object) => object.key)).toEqual([ofAnEndedJob]);
    expect(await imports.store.listMultiparts('unpacked/')).toEqual([]);
    await imports.db.query(`UPDATE import.jobs SET state = 'succeeded', finished_at = now() WHERE id = $1`, [
      raw.job.id,
    ]);
    await imports.app.get(SweepUnpacked).sweep();
    expect(await imports.store.list('unpacked/')).toEqual([]);
  });

  it('stores a disk of zeros', async () => {
    const zeros = Buffer.alloc(3 * MIB);
    const { stored, job } = await importFile('zeros', zeros, 'raw');
    await qemu.requireSame(stored, zeros);
    expect(job.bytes_done).toBe(job.bytes_total);
  });

  it('tells catalog what it stored, with the hashes clients compare and the file it came from', async () => {
    const { job, data, stored } = raw;
    const { object_id, key } = imports.catalog.keys.get(job.id) ?? {};
    const index = await imports.store.head(indexKey(key ?? ''));
    expect(data).toMatchObject({
      image_id: job.image_id,
      object: {
        object_id,
        key,
        disk_format: 'qcow2',
        size: (await imports.store.head(key ?? '')).size.toString(),
        virtual_size: disk.length.toString(),
        checksum: hashOf('md5', stored),
        os_hash_algo: 'sha512',
        os_hash_value: hashOf('sha512', stored),
        index_hash: hashOf('sha256', await imports.store.read(indexKey(key ?? ''), { length: index.size })),
      },
      source: {
        source_uri: `s3://${imports.bucket}/disk.raw`,
        source_disk_format: 'raw',
        source_size: disk.length.toString(),
        source_etag: (await imports.files.head('disk.raw')).etag,
      },
    });
  });

  it('shows every phase in its order and a progress that never goes back and ends complete', () => {
    const { events, job } = raw;
    const views = events.map((event) => (event.data as { job: JobView }).job);
    const phases = views.map((view) => view.phase).filter((phase, index, all) => phase !== all[index - 1]);
    expect(phases).toEqual(['admit', 'inspect', 'transfer', 'seal', 'verify', 'examine', 'activate']);
    const done = views.map((view) => Number(view.bytes_done));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    const total = job.data.inspection?.allocated_bytes;
    expect(views.at(-1)).toMatchObject({ state: 'succeeded', bytes_done: total, bytes_total: total });
    expect(views.map((view) => view.version)).toEqual(views.map((view) => view.version).sort((a, b) => a - b));
    expect(events.map((event) => [event.subject, event.region])).toEqual(events.map(() => [job.image_id, REGION]));
  });

  it('leaves nothing behind but the image and its index', async () => {
    const { job, data } = raw;
    expect(await imports.looks.journalOf(job.id)).toEqual([]);
    expect(await imports.store.listMultiparts(data.object.key)).toEqual([]);
    const keys = (await imports.store.list(data.object.key)).map((object) => object.key);
    expect(keys).toEqual([data.object.key, indexKey(data.object.key)]);
  });
});
