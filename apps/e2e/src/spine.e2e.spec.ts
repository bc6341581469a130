import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert, expectSameDisk, makeRawDisk, smallQcow2 } from '../test/source-disks.ts';
import { startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import type { Problem } from '../test/tenant.ts';
import { expectTrueState } from '../test/true-state.ts';

describe('a real image file becomes an image', () => {
  let sut: SystemUnderTest;
  let raw: string;

  beforeAll(async () => {
    sut = await startSystemUnderTest();
    raw = await makeRawDisk(join(sut.directory, 'disk.raw'), 96, [
      { at: 0, length: 3 },
      { at: 40, length: 20 },
      { at: 95, length: 1 },
    ]);
  }, 180_000);
  afterAll(() => sut.close());

  describe.each([
    { name: 'qcow2', format: 'qcow2', options: [] },
    { name: 'qcow2 with zlib', format: 'qcow2', options: ['-c'] },
    { name: 'qcow2 with zstd, in no order', format: 'qcow2', options: ['-c', '-W', '-o', 'compression_type=zstd'] },
    { name: 'raw', format: 'raw', options: [] },
  ] as const)('from $name', ({ name, format, options }) => {
    it('is imported, listed, shown, downloaded with the same content, and deleted without a trace', async () => {
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
    }, 120_000);
  });

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
    for (const once of ['ImageRegistered', 'QuotaReserved', 'ImageImportRequested', 'ImageImported', 'ImageReady']) {
      expect(types.filter((type) => type === once)).toEqual([once]);
    }
    const order = (type: string): number => types.indexOf(type);
    expect(order('ImageRegistered')).toBeLessThan(order('ImageReady'));
    expect(order('ImageImportRequested')).toBeLessThan(order('ImageImported'));
    expect(order('ImageImported')).toBeLessThan(order('ImageReady'));
    expect(new Set(events.map(({ correlationid }) => correlationid)).size).toBe(1);
  }, 60_000);

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
    expect(phases).toEqual(['admit', 'inspect', 'transfer', 'seal', 'verify', 'activate']);
    expect(done.at(-1)).toBeGreaterThan(0);
  }, 60_000);

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
  }, 60_000);

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
  }, 60_000);

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
    expect((await sut.bob.get<{ jobs: unknown[] }>('/v1/jobs')).jobs).toEqual([]);
    expect((await sut.alice.image(id)).status).toBe('active');
  }, 60_000);

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
  }, 60_000);
});
