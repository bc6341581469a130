import { randomBytes } from 'node:crypto';
import { CancelImport, type JobView, PreflightImport, RequestImport } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QemuImg, smallDisk } from '../../test/disks.ts';
import { FileSender, partsOf } from '../../test/file-sender.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { importOf, OTHER_PROJECT } from '../../test/requests.ts';
import { SweepResumableUploads } from './sweep-resumable-uploads.ts';

describe('an import of a file that was sent in parts', () => {
  let importing: ImportUnderTest;
  let me: FileSender;

  beforeAll(async () => {
    importing = await startImport({ IMPORT_UPLOAD_SWEEP_SECONDS: '0.1' });
    me = new FileSender(importing);
  });
  afterAll(() => importing.close());

  async function request(
    upload_id: string,
    change: { disk_format?: 'raw' | 'qcow2'; idempotency_key?: string } = {},
    { context } = me,
  ): Promise<JobView> {
    const order = importOf('none', 'none', { ...change, source: { type: 'upload', upload_id } });
    return (await importing.ask(RequestImport, order, context)).job;
  }

  /** What an import would be refused for, by the checks that found it. */
  async function preflight(upload_id: string, change: { disk_format?: 'qcow2' } = {}): Promise<object> {
    const order = importOf('none', 'none', { ...change, source: { type: 'upload', upload_id } });
    const { points } = await importing.ask(PreflightImport, order, me.context);
    return Object.fromEntries(points.flatMap(({ check, code }) => (code === null ? [] : [[check, code]])));
  }

  async function expire(id: string): Promise<void> {
    await importing.db.query('UPDATE import.resumable_uploads SET expires_at = now() WHERE id = $1', [id]);
    await importing.app.get(SweepResumableUploads).sweep();
  }

  it('is refused as long as the file is not whole, and to others as if there were none', async () => {
    const file = randomBytes(1000);
    const id = await me.start(file.length);
    await expect(request(id)).rejects.toMatchObject({ code: 'upload.wrong_state' });
    expect(await preflight(id)).toEqual({ file: 'upload.wrong_state' });
    await me.send(id, partsOf(file));
    await expect(request(id)).rejects.toMatchObject({ code: 'upload.wrong_state' });
    const stranger = new FileSender(importing, OTHER_PROJECT);
    await expect(request(id, {}, stranger)).rejects.toMatchObject({ code: 'upload.not_found' });
    await me.remove(id);
    await expect(request(id)).rejects.toMatchObject({ code: 'upload.wrong_state' });
  });

  it('keeps the file while it runs, whoever wants it gone and however long it takes', async () => {
    const id = await me.whole(smallDisk());
    const job = await request(id); // nobody works on it
    await expire(id);
    expect((await me.show(id)).state).toBe('completed');
    await expect(me.remove(id)).rejects.toMatchObject({ code: 'upload.wrong_state' });
    await importing.ask(CancelImport, { job_id: job.id }, me.context);
    await expire(id);
    expect(await me.reached(id, 'abandoned')).toMatchObject({ error: { code: 'upload.expired' } });
  });

  it('makes an image of it, and the file is gone after that; one that failed keeps the file for another try', async () => {
    const disk = smallDisk();
    const id = await me.whole(disk);
    await importing.hire();
    expect(await preflight(id)).toEqual({});
    expect(await preflight(id, { disk_format: 'qcow2' })).toEqual({ format: 'image.format_mismatch' });
    const wrong = await request(id, { disk_format: 'qcow2' });
    expect(await importing.looks.ended(wrong.id)).toMatchObject({
      state: 'failed',
      error: { code: 'image.format_mismatch' },
    });
    expect((await me.show(id)).state).toBe('completed');

    const job = await request(id, { idempotency_key: 'k' });
    expect(await importing.looks.ended(job.id)).toMatchObject({ state: 'succeeded' });
    const [last] = (await importing.looks.eventsOf(job.id)).slice(-1);
    expect(last).toMatchObject({
      type: 'ImageImported',
      data: { source: { source_uri: `upload://${id}`, source_size: String(disk.length) } },
    });
    const { key } = importing.catalog.keys.get(job.id) ?? { key: '' };
    const { size } = await importing.store.head(key);
    await new QemuImg(importing.qemuImg, importing.directory).requireSame(
      await importing.store.read(key, { length: size }),
      disk,
    );
    expect(await me.show(id)).toMatchObject({ state: 'imported', image_id: job.image_id });
    await eventually(async () => {
      expect(await me.bytesOf(id)).toEqual([]);
    });
    expect((await request(id, { idempotency_key: 'k' })).id).toBe(job.id); // the same order again
    await expect(request(id)).rejects.toMatchObject({ code: 'upload.wrong_state' });
  });
});
