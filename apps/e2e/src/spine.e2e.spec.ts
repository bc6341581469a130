import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JobOnBoard, READINESS_POINTS } from '@imago/contracts';
import { eventually, EXHAUSTIVE, firstOfEach } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Copies } from '../test/copies.ts';
import { EXPORT_FORMATS, Exports } from '../test/exports.ts';
import { convert, expectSameDisk, makeRawDisk, smallQcow2 } from '../test/source-disks.ts';
import { importDemoImage } from '../test/servers.ts';
import { systemFor } from '../test/shared-system.ts';
import { Sharing } from '../test/sharing.ts';
import { OTHER_REGION, REGION, type SystemUnderTest } from '../test/system-under-test.ts';
import type { Problem } from '../test/tenant.ts';
import { expectTrueState } from '../test/true-state.ts';

describe('a real image file becomes an image', () => {
  let sut: SystemUnderTest;
  let raw: string;

  beforeAll(async () => {
    sut = await systemFor('spine');
    raw = await makeRawDisk(join(sut.directory, 'disk.raw'), 96, [
      { at: 0, length: 3 },
      { at: 40, length: 20 },
      { at: 95, length: 1 },
    ]);
  });
  afterAll(() => sut.close());

  const files = [
    { name: 'qcow2', format: 'qcow2', options: [] },
    { name: 'qcow2 with zlib', format: 'qcow2', options: ['-c'] },
    { name: 'qcow2 with zstd, in no order', format: 'qcow2', options: ['-c', '-W', '-o', 'compression_type=zstd'] },
    { name: 'raw', format: 'raw', options: [] },
  ] as const;
  for (const [rows, which] of firstOfEach(files, ({ format }) => format)) {
    it.each(rows)(
      'from $name is imported, listed, shown, downloaded with the same content, and deleted without a trace',
      which,
      async ({ name, format, options }) => {
        const file = join(sut.directory, `${name}.${format}`);
        const source = format === 'raw' ? raw : await convert(raw, file, { qemuImg: sut.qemuImg, format, options });
        await sut.alice.bucket.putFile(name, source);
        const job = await sut.alice.import(name, { disk_format: format });
        expect(await sut.alice.ended(job.id)).toMatchObject({ state: 'succeeded', error: null });
        const imageId = job.image_id ?? '';
        const image = await sut.alice.imageIn('active', imageId);
        expect(image).toMatchObject({ name, disk_format: 'qcow2', virtual_size: 96 * 2 ** 20 });
        expect((await sut.alice.images()).map(({ id }) => id)).toContain(imageId);

        const downloaded = await sut.alice.download(imageId);
        expect(downloaded.length).toBe(image.size);
        const path = join(sut.directory, `${name}.downloaded`);
        await writeFile(path, downloaded);
        await expectSameDisk(sut.qemuImg, { path: source, format }, { path, format: 'qcow2' });
        const range = await sut.alice.fetch(`/v2/images/${imageId}/file`, { headers: { range: 'bytes=100-199' } });
        expect(range.status).toBe(206);
        expect(Buffer.from(await range.arrayBuffer())).toEqual(downloaded.subarray(100, 200));

        await sut.alice.delete(imageId);
        expect((await sut.alice.fetch(`/v2/images/${imageId}`)).status).toBe(404);
        await expectTrueState(sut);
      },
    );
  }

  it('tells what happened in order, once each, under one correlation', async () => {
    await sut.alice.bucket.put('told', await smallQcow2(sut.directory, sut.qemuImg));
    const job = await sut.alice.import('told');
    await sut.alice.ended(job.id);
    await sut.alice.imageIn('active', job.image_id ?? '');
    const events = await eventually(async () => {
      const told = await sut.alice.events(job.image_id ?? '');
      expect(told.map(({ type }) => type)).toContain('ImageReady');
      return told;
    });
    const types = events.map(({ type }) => type).filter((type) => type !== 'ImageImportProgressed');
    expect(types.filter((type) => type.startsWith('ImageImport'))).toEqual(['ImageImportRequested', 'ImageImported']);
    for (const once of [
      'ImageRegistered',
      'QuotaReserved',
      'ImageImportRequested',
      'ImageExamined',
      'ImageImported',
      'ImageReady',
    ]) {
      expect(types.filter((type) => type === once)).toEqual([once]);
    }
    const order = (type: string): number => types.indexOf(type);
    expect(order('ImageRegistered')).toBeLessThan(order('ImageReady'));
    expect(order('ImageImportRequested')).toBeLessThan(order('ImageExamined'));
    expect(order('ImageExamined')).toBeLessThan(order('ImageImported'));
    expect(order('ImageImported')).toBeLessThan(order('ImageReady'));
    expect(new Set(events.map(({ correlationid }) => correlationid)).size).toBe(1);
  });

  it('shows its phases and its progress while it is made, and never goes back', async () => {
    await sut.alice.bucket.putFile('watched', raw);
    const hold = sut.proxy.hold((method, url) => method === 'PUT' && url.searchParams.get('partNumber') === '2');
    const job = await sut.alice.import('watched', { disk_format: 'raw' });
    await hold.reached;
    const running = await sut.alice.job(job.id);
    expect(running).toMatchObject({ state: 'running', phase: 'transfer', image_id: job.image_id });
    hold.open();
    await sut.alice.ended(job.id);
    const views = (await sut.alice.events(job.image_id ?? ''))
      .filter(({ type }) => type.startsWith('ImageImport'))
      .map(({ data }) => (data as { job: { phase: string; bytes_done: string; version: number } }).job)
      .sort((one, other) => one.version - other.version);
    const done = views.map(({ bytes_done }) => Number(bytes_done));
    expect(done).toEqual([...done].sort((one, other) => one - other));
    const phases = [...new Set(views.map(({ phase }) => phase))];
    expect(phases).toEqual(['admit', 'inspect', 'transfer', 'seal', 'verify', 'examine', 'activate']);
    expect(done.at(-1)).toBeGreaterThan(0);
  });

  it('is examined: who may have it is told whether servers made of it will work, and nobody else', async () => {
    const id = await importDemoImage(sut, sut.alice);
    const path = `/v1/images/${id}/readiness`;
    const report = await sut.alice.readiness(id);
    expect(report).toMatchObject({ image_id: id, partition_table: 'mbr' });
    expect(report.points.map(({ point }) => point)).toEqual([...READINESS_POINTS]);
    const hidden = await sut.bob.ask<Problem>('GET', path);
    expect([hidden.status, hidden.body.code]).toEqual([404, 'image.not_found']);
    const sent = await new Sharing(sut.alice, sut).activeImage('sent');
    const unexamined = await sut.alice.ask<Problem>('GET', `/v1/images/${sent}/readiness`);
    expect([unexamined.status, unexamined.body.code]).toEqual([404, 'image.not_examined']);
    for (const each of [id, sent]) await sut.alice.delete(each);
    expect((await sut.alice.ask('GET', path)).status).toBe(404);
    await expectTrueState(sut);
  });

  it('is exported in every format and given out by a link, the same disk each time', async () => {
    await sut.alice.bucket.put('original', await smallQcow2(sut.directory, sut.qemuImg, 12));
    const { image_id } = await sut.alice.ended((await sut.alice.import('original')).id);
    const image = await sut.alice.imageIn('active', image_id ?? '');
    const original = join(sut.directory, 'original.qcow2');
    await writeFile(original, await sut.alice.download(image.id));
    const exports = new Exports(sut.alice);
    for (const disk_format of EXPORT_FORMATS) {
      const object = `files/exported.${disk_format}`;
      const { result } = await exports.export(image.id, { disk_format, object });
      const file = await sut.alice.bucket.get(object);
      expect(result).toMatchObject({ object, disk_format, size: file.length.toString() });
      const path = join(sut.directory, `exported.${disk_format}`);
      await writeFile(path, file);
      const format = disk_format === 'vhd' ? 'vpc' : disk_format;
      await expectSameDisk(sut.qemuImg, { path, format }, { path: original, format: 'qcow2' });
      const linked = await fetch(await exports.link(image.id, disk_format));
      expect(file.equals(Buffer.from(await linked.arrayBuffer()))).toBe(true);
    }
    expect((await sut.alice.bucket.keys()).uploads).toEqual([]);
    const types = (await sut.alice.events(image.id)).map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['ImageExportRequested', 'ImageExported', 'ImageDownloadLinkCreated']),
    );
    const link = await exports.link(image.id, 'raw');
    await sut.alice.delete(image.id);
    expect((await fetch(link)).status).toBe(404);
    await expectTrueState(sut);
  });

  it('is copied to another region, with the same bytes, which do not travel', async () => {
    await sut.alice.bucket.put('to-copy', await smallQcow2(sut.directory, sut.qemuImg, 12));
    const { image_id } = await sut.alice.ended((await sut.alice.import('to-copy')).id);
    const image = await sut.alice.imageIn('active', image_id ?? '');
    const copies = new Copies(sut.alice);
    const sent = (): number => sut.proxy.count((method, url) => method === 'PUT' && url.searchParams.has('partNumber'));
    const before = { sent: sent(), copied: sut.proxy.copiedParts };
    const copy = await copies.copy(image.id, { name: 'copied', destination_region: OTHER_REGION });
    expect(sent() - before.sent).toBe(sut.proxy.copiedParts - before.copied);
    expect(sut.proxy.copiedParts).toBeGreaterThan(before.copied);
    const { checksum, os_hash_value, size, virtual_size } = image;
    expect(copy).toMatchObject({ name: 'copied', checksum, os_hash_value, size, virtual_size, owner: image.owner });
    expect((await copies.listedThere()).map(({ id }) => id)).toEqual([copy.id]);
    expect((await sut.alice.images()).map(({ id }) => id)).not.toContain(copy.id);
    expect((await copies.downloadThere(copy.id)).equals(await sut.alice.download(image.id))).toBe(true);
    const types = (await sut.alice.events(image.id)).map(({ type }) => type);
    expect(types).toContain('ImageCopyMade');
    await sut.alice.delete(image.id);
    expect((await copies.downloadThere(copy.id)).length).toBe(copy.size);
    await copies.delete(copy, OTHER_REGION);
    await expectTrueState(sut);
  });

  it(
    'is copied by a member only where its owner lets members do it, and then it is the member’s',
    EXHAUSTIVE,
    async () => {
      const [sharing, copies] = [new Sharing(sut.alice, sut), new Copies(sut.bob)];
      const shared = await sharing.activeImage('to share');
      await sharing.share(shared, [sut.bob.user.project_id]);
      expect((await copies.request(shared, { name: 'mine' })).status).toBe(403);
      await new Sharing(sut.bob, sut).answer(shared, 'accept');
      const refused = await copies.request(shared, { name: 'mine' });
      expect([refused.status, refused.body.code]).toEqual([403, 'copy.not_allowed']);
      const letMembers = [{ op: 'add', path: '/members_may_copy', value: 'true' }];
      await sut.alice.patch(shared, letMembers);
      const mine = await copies.copy(shared, { name: 'mine' });
      expect(mine.owner).toBe(sut.bob.user.project_id);
      const original = await sut.alice.download(shared);
      await sut.alice.delete(shared);
      expect((await sut.bob.download(mine.id)).equals(original)).toBe(true);
      await copies.delete(mine, REGION);
      await expectTrueState(sut);
    },
  );

  it('is cancelled on demand and leaves nothing', async () => {
    await sut.alice.bucket.putFile('unwanted', raw);
    const hold = sut.proxy.hold((method, url) => method === 'PUT' && url.searchParams.has('partNumber'));
    const job = await sut.alice.import('unwanted', { disk_format: 'raw' });
    await hold.reached;
    expect((await sut.alice.ask('POST', `/v1/jobs/${job.id}/cancel`)).status).toBe(202);
    expect(await sut.alice.ended(job.id)).toMatchObject({ state: 'cancelled', error: { code: 'job.cancelled' } });
    hold.open();
    await sut.alice.imageIn('killed', job.image_id ?? '');
    await expectTrueState(sut);
  });

  it('may be deleted in the making: the image is gone at once, the job ends, nothing is left', async () => {
    await sut.alice.bucket.putFile('regretted', raw);
    const hold = sut.proxy.hold((method, url) => method === 'PUT' && url.searchParams.has('partNumber'));
    const job = await sut.alice.import('regretted', { disk_format: 'raw' });
    await hold.reached;
    await sut.alice.delete(job.image_id ?? '');
    expect((await sut.alice.fetch(`/v2/images/${job.image_id ?? ''}`)).status).toBe(404);
    hold.open();
    expect((await sut.alice.ended(job.id)).state).toBe('cancelled');
    await expectTrueState(sut);
  });

  it('is nobody else’s: every path answers another project as if it were not there', async () => {
    await sut.alice.bucket.put('secret', await smallQcow2(sut.directory, sut.qemuImg));
    const job = await sut.alice.import('secret');
    await sut.alice.ended(job.id);
    const id = job.image_id ?? '';
    await sut.alice.imageIn('active', id);
    const paths: [string, string][] = [
      ['GET', `/v2/images/${id}`],
      ['HEAD', `/v2/images/${id}`],
      ['DELETE', `/v2/images/${id}`],
      ['GET', `/v2/images/${id}/file`],
      ['HEAD', `/v2/images/${id}/file`],
      ['GET', `/v1/images/${id}/events`],
      ['GET', `/v1/jobs/${job.id}`],
      ['GET', `/v1/imports/${job.id}`],
      ['POST', `/v1/jobs/${job.id}/cancel`],
    ];
    for (const [method, path] of paths) {
      expect({ method, path, status: (await sut.bob.ask(method, path)).status }).toEqual({ method, path, status: 404 });
      const nobody = await sut.bob.ask<Problem>(method, path, undefined, { 'x-auth-token': 'forged' });
      expect({ method, path, status: nobody.status }).toEqual({ method, path, status: 401 });
    }
    expect(await sut.bob.images()).toEqual([]);
    const jobs = (await sut.bob.get<{ jobs: JobOnBoard[] }>('/v1/jobs')).jobs;
    expect(jobs.filter(({ project_id }) => project_id !== sut.bob.user.project_id)).toEqual([]);
    expect((await sut.alice.image(id)).status).toBe('active');
  });

  it('is stored as a qcow2 that any qemu opens, with its hashes as clients compute them', async () => {
    const { createHash } = await import('node:crypto');
    await sut.bob.bucket.put('hashed', await smallQcow2(sut.directory, sut.qemuImg));
    const job = await sut.bob.import('hashed');
    await sut.bob.ended(job.id);
    const image = await sut.bob.imageIn('active', job.image_id ?? '');
    const { rows } = await sut.db.query<{ key: string }>(
      `SELECT key FROM catalog.objects WHERE image_id = $1 AND state = 'sealed'`,
      [image.id],
    );
    const stored = await sut.images.get(rows[0]?.key ?? '');
    expect(createHash('md5').update(stored).digest('hex')).toBe(image.checksum);
    expect(createHash('sha512').update(stored).digest('hex')).toBe(image.os_hash_value);
    const path = join(sut.directory, 'stored.qcow2');
    await writeFile(path, stored);
    await expectSameDisk(sut.qemuImg, { path, format: 'qcow2' }, { path, format: 'qcow2' });
    expect(await readFile(path)).toEqual(await sut.bob.download(image.id));
  });
});
