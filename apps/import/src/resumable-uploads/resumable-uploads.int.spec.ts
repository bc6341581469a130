import { randomBytes, randomUUID } from 'node:crypto';
import { type EventEnvelope, ListResumableUploads, SignResumableUploadParts } from '@imago/contracts';
import { uploadObjectKey, UPLOADS_PREFIX } from '@imago/object-store';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileSender, hashOf, PART, partsOf, put } from '../../test/file-sender.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { OTHER_PROJECT, REGION } from '../../test/requests.ts';
import { ReconcileUploads } from './reconcile-uploads.ts';
import { SweepResumableUploads } from './sweep-resumable-uploads.ts';

const MIB = 2 ** 20;

describe('a file that is sent in parts', () => {
  let importing: ImportUnderTest;

  beforeAll(async () => {
    importing = await startImport({
      IMPORT_UPLOAD_SWEEP_SECONDS: '0.1',
      IMPORT_UPLOAD_LEASE_SECONDS: '2',
      IMPORT_UPLOADS_PER_PROJECT: '4',
      IMPORT_UPLOAD_BYTES_PER_PROJECT: String(100 * MIB),
    });
  });
  afterAll(() => importing.close());

  function somebody(): FileSender {
    return new FileSender(importing);
  }

  function eventsOf(id: string, ...types: readonly string[]): Promise<readonly EventEnvelope[]> {
    return eventually(() => {
      const events = importing.recorder.about(id);
      expect(events.map(({ type }) => type)).toEqual(types);
      return events;
    });
  }

  it('is whole when all parts are, and what the store has need not be sent again', async () => {
    const me = somebody();
    const file = randomBytes(2 * PART + 1000);
    const parts = partsOf(file);
    const id = await me.start(file.length);
    expect(await me.show(id)).toMatchObject({
      state: 'open',
      size: String(file.length),
      part_count: 3,
      bytes_stored: '0',
      missing_parts: [1, 2, 3],
      project_id: me.project,
    });
    expect(await me.send(id, new Map([...parts].slice(1)))).toBe(2);
    expect(await me.show(id)).toMatchObject({ bytes_stored: String(PART + 1000), missing_parts: [1] });
    await expect(me.complete(id)).rejects.toMatchObject({
      code: 'upload.parts_missing',
      details: { missing_parts: [1], missing_count: 1 },
    });
    expect(await me.send(id, parts)).toBe(1);
    await me.complete(id);
    await me.reached(id, 'completed');
    await me.complete(id); // said twice
    expect((await importing.store.read(uploadObjectKey(id), { length: file.length })).equals(file)).toBe(true);
    const [started, completed] = await eventsOf(id, 'UploadStarted', 'UploadCompleted');
    expect(started).toMatchObject({
      projectid: me.project,
      audience: me.project,
      actor: me.context.user_id,
    });
    expect(completed).toMatchObject({ data: { upload: { id, state: 'completed' } } });
    await expect(me.send(id, parts)).rejects.toMatchObject({ code: 'upload.wrong_state' });
  });

  it('is compared with its hash, which is said at the beginning or at the end', async () => {
    const me = somebody();
    const file = randomBytes(PART + 5);
    for (const atBeginning of [true, false]) {
      const id = await me.start(file.length, atBeginning ? { sha256: hashOf('sha256', file) } : {});
      await me.send(id, partsOf(file));
      await me.complete(id, atBeginning ? null : hashOf('sha256', file));
      expect(await me.reached(id, 'completed')).toMatchObject({
        sha256: hashOf('sha256', file),
        bytes_verified: String(file.length),
      });
    }
  });

  it('has failed when it has another hash, says so, and leaves no bytes', async () => {
    const me = somebody();
    const file = randomBytes(1000);
    const id = await me.start(file.length, { sha256: hashOf('sha256', Buffer.from('another')) });
    await me.send(id, partsOf(file));
    await expect(me.complete(id, hashOf('sha256', file))).rejects.toMatchObject({ code: 'request.invalid' });
    await me.complete(id);
    const failed = await me.reached(id, 'failed');
    expect(failed.error).toMatchObject({ code: 'upload.hash_mismatch', details: { found: hashOf('sha256', file) } });
    await eventsOf(id, 'UploadStarted', 'UploadFailed');
    await eventually(async () => {
      expect(await me.bytesOf(id)).toEqual([]);
    });
  });

  it('takes no other bytes under a part’s URL than those that were declared, and says which part is missing', async () => {
    const me = somebody();
    const file = randomBytes(PART + 1000);
    const id = await me.start(file.length);
    const [first, second] = await me.sign(id, partsOf(file));
    if (first === undefined || second === undefined) throw new Error('two parts were asked for');
    const wrong = Buffer.from(file.subarray(PART));
    wrong[0] = ~(wrong[0] ?? 0) & 0xff;
    const refused = await put(second, wrong);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('BadDigest')]);
    expect((await put(second, randomBytes(PART))).status).toBe(403); // no more bytes than announced
    expect((await put({ ...second, headers: {} }, file.subarray(PART))).status).toBe(403);
    expect((await put({ ...second, url: first.url }, file.subarray(PART))).status).toBe(403);
    expect((await me.show(id)).missing_parts).toEqual([1, 2]);
    // A file that changed on its way: what is declared last counts, and the part is missing again.
    expect((await put(first, file.subarray(0, PART))).status).toBe(200);
    expect((await me.show(id)).missing_parts).toEqual([2]);
    await me.sign(id, new Map([[1, randomBytes(PART)]]));
    expect((await me.show(id)).missing_parts).toEqual([1, 2]);
  });

  it('needs another URL when one has expired, which the store says', EXHAUSTIVE, async () => {
    const me = somebody();
    const file = randomBytes(1000);
    const id = await me.start(file.length);
    await me.sign(id, partsOf(file));
    const [multipart] = await importing.store.listMultiparts(uploadObjectKey(id));
    if (multipart === undefined) throw new Error('there is no upload');
    const part = { bytes: file.length, md5: hashOf('md5', file), expires_in: 1 };
    const link = await importing.store.presignUploadPart(multipart, 1, part);
    await eventually(async () => {
      const refused = await put({ ...link, headers: { ...link.headers } }, file);
      expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
    });
    await me.send(id, partsOf(file));
    expect((await me.show(id)).missing_parts).toEqual([]);
  });

  it('begins again when the store has lost its parts', EXHAUSTIVE, async () => {
    const me = somebody();
    const file = randomBytes(1000);
    const id = await me.start(file.length);
    await me.send(id, partsOf(file));
    for (const lost of await importing.store.listMultiparts(uploadObjectKey(id)))
      await importing.store.abortMultipart(lost);
    expect((await me.show(id)).missing_parts).toEqual([1]);
    expect(await me.send(id, partsOf(file))).toBe(1);
    await me.complete(id);
    await me.reached(id, 'completed');
  });

  it('keeps one upload of the store, however many ask for the first part at once', async () => {
    const me = somebody();
    const file = randomBytes(1000);
    const id = await me.start(file.length);
    const asked = await Promise.all([1, 2, 3, 4].map(() => me.sign(id, partsOf(file))));
    const uploadIds = new Set(asked.flat().map(({ url }) => new URL(url ?? '').searchParams.get('uploadId')));
    expect(uploadIds.size).toBe(1);
    await eventually(async () => {
      expect(await me.bytesOf(id)).toHaveLength(1);
    });
  });

  it('is begun once by the same order, and its order is not taken for another', async () => {
    const me = somebody();
    const upload_id = randomUUID();
    expect(await me.start(1000, { upload_id })).toBe(await me.start(1000, { upload_id }));
    await expect(me.start(1001, { upload_id })).rejects.toMatchObject({ code: 'request.idempotency_conflict' });
    await eventsOf(upload_id, 'UploadStarted');
  });

  it('is refused before a byte of it: empty, too large, in too many or too small parts', async () => {
    const me = somebody();
    await expect(me.start(0)).rejects.toMatchObject({ code: 'image.empty' });
    await expect(me.start(2 ** 40 + 1)).rejects.toMatchObject({ code: 'upload.too_large' });
    await expect(me.start(2 ** 40)).rejects.toMatchObject({ code: 'upload.part_size_invalid' });
    await expect(me.start(2 ** 40, { part_size: null })).rejects.toMatchObject({ code: 'upload.bytes_exceeded' });
  });

  it('has a place among those of its project, of which there are so many and no more, whoever is faster', async () => {
    const me = somebody();
    const begun = await Promise.allSettled(Array.from({ length: 8 }, () => me.start(1000)));
    const [first] = begun.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const refused = begun.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toHaveLength(4);
    for (const reason of refused)
      expect(reason).toMatchObject({ code: 'upload.too_many', details: { limit: 4, used: 4 } });
    await me.remove(first ?? '');
    await me.start(1000);
    await expect(somebody().start(101 * MIB)).rejects.toMatchObject({ code: 'upload.bytes_exceeded' });
  });

  it('has parts of its own numbers, each once in a request', async () => {
    const me = somebody();
    const id = await me.start(1000);
    const ask = (...numbers: readonly number[]): Promise<unknown> => {
      const parts = numbers.map((part_number) => ({ part_number, md5: hashOf('md5', Buffer.alloc(0)) }));
      return importing.ask(SignResumableUploadParts, { upload_id: id, region: REGION, parts }, me.context);
    };
    await expect(ask(2)).rejects.toMatchObject({ code: 'upload.part_invalid', details: { part_numbers: [2] } });
    await expect(ask(1, 1)).rejects.toMatchObject({ code: 'upload.part_invalid' });
  });

  it('is nobody else’s, and readers only look', async () => {
    const owner = somebody();
    const id = await owner.start(1000);
    const stranger = new FileSender(importing, OTHER_PROJECT);
    const reader = new FileSender(importing, owner.project, ['reader']);
    const operator = new FileSender(importing, 'operations', ['admin']);
    const part = new Map([[1, Buffer.alloc(1000)]]);
    for (const [caller, code] of [
      [stranger, 'upload.not_found'],
      [reader, 'auth.forbidden'],
    ] as const) {
      await expect(caller.sign(id, part)).rejects.toMatchObject({ code });
      await expect(caller.complete(id)).rejects.toMatchObject({ code });
      await expect(caller.remove(id)).rejects.toMatchObject({ code });
    }
    await expect(stranger.show(id)).rejects.toMatchObject({ code: 'upload.not_found' });
    expect((await reader.show(id)).id).toBe(id);
    expect((await operator.show(id)).id).toBe(id);
    await expect(reader.start(1000)).rejects.toMatchObject({ code: 'auth.forbidden' });
    const list = ({ context }: FileSender): Promise<unknown> =>
      importing.ask(ListResumableUploads, { ...all, project_id: owner.project }, context);
    await expect(list(stranger)).rejects.toMatchObject({ code: 'upload.not_found' });
    expect(await list(reader)).toMatchObject({ uploads: [{ id }], next_marker: null });
  });

  it('is found among the others, by its state and by what its sender calls it, page by page', async () => {
    const me = somebody();
    const ids: string[] = [];
    for (const fingerprint of ['one', 'two', 'one']) ids.push(await me.start(1000, { fingerprint }));
    const asked = { ...all, project_id: me.project };
    const page = await importing.ask(ListResumableUploads, { ...asked, limit: 2 }, me.context);
    expect(page.uploads.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const rest = await importing.ask(ListResumableUploads, { ...asked, marker: page.next_marker }, me.context);
    expect(rest).toMatchObject({ uploads: [{ id: ids[0] }], next_marker: null });
    await me.remove(ids[2] ?? '');
    const mine = { ...asked, fingerprint: 'one', state: 'open' as const };
    expect(await importing.ask(ListResumableUploads, mine, me.context)).toMatchObject({ uploads: [{ id: ids[0] }] });
    const strange = { ...asked, marker: randomUUID() };
    await expect(importing.ask(ListResumableUploads, strange, me.context)).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });

  it.each(['open', 'completed'] as const)('is erased when its owner deletes it: %s', async (state) => {
    const me = somebody();
    const file = randomBytes(1000);
    const id = await me.start(file.length);
    await me.send(id, partsOf(file));
    if (state === 'completed') await me.complete(id);
    await me.reached(id, state);
    await me.remove(id);
    await me.remove(id); // said twice
    expect(await me.show(id)).toMatchObject({ state: 'abandoned', error: null, expires_at: null, bytes_stored: '0' });
    await eventually(async () => {
      expect(await me.bytesOf(id)).toEqual([]);
    });
    expect(importing.recorder.about(id).filter(({ type }) => type === 'UploadAbandoned')).toHaveLength(1);
    await expect(me.send(id, partsOf(file))).rejects.toMatchObject({ code: 'upload.wrong_state' });
  });

  it.each(['open', 'completed'] as const)('expires when nothing is done with it: %s', async (state) => {
    const me = somebody();
    const file = randomBytes(1000);
    const id = await me.start(file.length);
    await me.send(id, partsOf(file));
    if (state === 'completed') await me.complete(id);
    await me.reached(id, state);
    await importing.db.query(`UPDATE import.resumable_uploads SET expires_at = now() WHERE id = $1`, [id]);
    await importing.app.get(SweepResumableUploads).sweep();
    expect(await me.reached(id, 'abandoned')).toMatchObject({ error: { code: 'upload.expired' } });
    await eventually(async () => {
      expect(await me.bytesOf(id)).toEqual([]);
    });
  });

  it('is completed by another one when the first is lost: before the object is made, or after', async () => {
    const me = somebody();
    const file = randomBytes(1000);
    for (const isMade of [false, true]) {
      const id = await me.start(file.length, { sha256: hashOf('sha256', file) });
      await me.send(id, partsOf(file));
      const [multipart] = await importing.store.listMultiparts(uploadObjectKey(id));
      if (multipart === undefined) throw new Error('there is no upload');
      // As somebody leaves it who was lost: claimed, its lease over, the object there or not, and nothing said.
      if (isMade) await importing.store.completeMultipart(multipart, [{ part_number: 1, etag: hashOf('md5', file) }]);
      await importing.db.query(
        `UPDATE import.resumable_uploads SET state = 'completing', fencing_token = 7, lease_until = now() WHERE id = $1`,
        [id],
      );
      await me.reached(id, 'completed');
      await eventsOf(id, 'UploadStarted', 'UploadCompleted');
    }
  });

  it('parts from what the store has, and is made to agree with it: bytes nobody owns, a file that is lost', async () => {
    const me = somebody();
    const file = randomBytes(1000);
    const lost = await me.whole(file);
    await importing.store.deleteMany([uploadObjectKey(lost)]);
    const orphans = [randomUUID(), randomUUID()].map(uploadObjectKey);
    await importing.store.put(orphans[0] ?? '', file);
    await importing.store.createMultipart(orphans[1] ?? '');
    const reconciling = importing.app.get(ReconcileUploads);
    const { differences } = await reconciling.find(REGION);
    expect(differences.map(({ subject, problem }) => [subject, problem]).sort()).toEqual(
      [...orphans.map((key) => [key, 'upload_orphan']), [lost, 'upload_missing']].sort(),
    );
    expect((await reconciling.repair(REGION, differences)).size).toBe(3);
    expect((await reconciling.find(REGION)).differences).toEqual([]);
    expect(await me.show(lost)).toMatchObject({ state: 'failed', error: { code: 'upload.incomplete' } });
  });

  it('leaves nothing in the store that no upload owns', async () => {
    const alive: { id: string }[] = await importing.db.query(
      'SELECT id FROM import.resumable_uploads WHERE expires_at IS NOT NULL',
    );
    const keys = new Set(alive.map(({ id }) => uploadObjectKey(id)));
    await eventually(async () => {
      const [objects, multiparts] = await Promise.all([
        importing.store.list(UPLOADS_PREFIX),
        importing.store.listMultiparts(UPLOADS_PREFIX),
      ]);
      expect([...objects, ...multiparts].map(({ key }) => key).filter((key) => !keys.has(key))).toEqual([]);
    });
  });
});

const all = { region: REGION, state: null, fingerprint: null, limit: 10, marker: null };
