import { randomBytes } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MIB, smallDisk } from '../../test/disks.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import type { ImportWorker } from '../../test/import-worker.ts';

describe('an import whose surroundings change', () => {
  let imports: ImportUnderTest;
  let worker: ImportWorker;

  beforeAll(async () => {
    imports = await startImport();
  });

  beforeEach(async () => {
    await imports.files.put('file.raw', smallDisk());
    worker = await imports.hire();
  });

  afterEach(() => worker.dismiss());

  afterAll(() => imports.close());

  /** Does something while the import is at a call of the store. */
  async function whileAt(at: Parameters<ImportWorker['gate']['hold']>[0], change: () => Promise<unknown>) {
    const held = worker.gate.hold(at);
    const { id } = await imports.request('file.raw');
    await held.arrived;
    await change();
    held.release();
    const job = await imports.looks.ended(id);
    await eventually(async () => {
      expect(await imports.looks.journalOf(id)).toEqual([]);
      expect(await imports.store.listMultiparts('images/')).toEqual([]);
    });
    return job;
  }

  const overwrite = () => imports.files.put('file.raw', randomBytes(4 * MIB));

  it('fails when the file is overwritten before it begins', EXHAUSTIVE, async () => {
    const job = await whileAt((call) => call.action === 'head', overwrite);
    expect(job).toMatchObject({ state: 'failed', error: { code: 'import.source_changed', phase: 'admit' } });
  });

  it('fails when the file is overwritten during the transfer: bytes of two files are never mixed', async () => {
    const job = await whileAt((call) => call.action === 'create_upload', overwrite);
    expect(job).toMatchObject({ state: 'failed', error: { code: 'import.source_changed', phase: 'transfer' } });
  });

  it('fails when the file is deleted during the transfer', EXHAUSTIVE, async () => {
    const job = await whileAt(
      (call) => call.action === 'create_upload',
      () => imports.files.deleteMany(['file.raw']),
    );
    expect(job).toMatchObject({ state: 'failed', error: { code: 'import.object_not_found', phase: 'transfer' } });
  });

  it('waits for a store that is away for a while', async () => {
    let id: string | null = null;
    const isFirstTry = async () => id === null || (await imports.looks.job(id)).fencing_token === 1n;
    worker.gate.refuse(async (call) => call.bucket === imports.bucket && (await isFirstTry()));
    ({ id } = await imports.request('file.raw'));
    expect(await imports.looks.ended(id)).toMatchObject({ state: 'succeeded', fencing_token: 2n });
  });

  it('fails with a reason when the bucket stays unreadable', async () => {
    worker.gate.refuse((call) => call.bucket === imports.bucket);
    const { id } = await imports.request('file.raw');
    expect(await imports.looks.ended(id)).toMatchObject({
      state: 'failed',
      error: { code: 'import.source_unreadable', phase: 'admit' },
    });
  });

  it('writes no byte that catalog does not allow', async () => {
    imports.catalog.refuseAllocation = refusal('image.not_found', 'There is no such image.');
    const { id } = await imports.request('file.raw');
    expect(await imports.looks.ended(id)).toMatchObject({ state: 'failed', error: { code: 'image.not_found' } });
    imports.catalog.refuseAllocation = null;
    expect(worker.gate.count('create_upload')).toBe(0);
  });

  it('never makes an image of an object that reads back with other bytes', async () => {
    const isImage = (call: { action: string; key: string }) => call.action === 'put' && call.key.endsWith('.index');
    const job = await whileAt(isImage, () =>
      imports.db.query('UPDATE import.parts SET crc32 = (crc32 + 1) % 4294967296 WHERE part_number = 2'),
    );
    expect(job).toMatchObject({
      state: 'failed',
      error: { code: 'import.verification_failed', phase: 'verify', details: { part_number: 2 } },
    });
  });

  it('never makes an image of an object that somebody replaced', async () => {
    const isImage = (call: { action: string; key: string }) => call.action === 'read' && call.key.startsWith('images/');
    const job = await whileAt(isImage, async () => {
      const [object] = (await imports.store.list('images/')).filter(({ key }) => !key.endsWith('.index')).slice(-1);
      await imports.store.put(object?.key ?? '', randomBytes(MIB));
    });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'import.verification_failed', phase: 'verify' } });
  });
});
