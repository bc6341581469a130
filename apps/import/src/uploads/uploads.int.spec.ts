import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  AbandonUpload,
  type EventEnvelope,
  FinishUpload,
  ImageUploadedV1,
  ImageUploadFailedV1,
  OpenUpload,
  refusal,
  RegisterImage,
  RenewUpload,
  type ResponseOf,
} from '@imago/contracts';
import { smallIso } from '@imago/disk-image/testing';
import type { RequestContext } from '@imago/identity';
import type { UploadedPart } from '@imago/object-store';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { importOf, OTHER_PROJECT, REGION, tenant } from '../../test/requests.ts';
import { SweepUploads } from './sweep-uploads.ts';

const MIB = 2 ** 20;

interface Opened {
  readonly image_id: string;
  readonly owner: RequestContext;
  readonly place: ResponseOf<typeof OpenUpload>;
}

describe('upload sessions', () => {
  let importing: ImportUnderTest;

  beforeAll(async () => {
    importing = await startImport({ IMPORT_UPLOAD_SWEEP_SECONDS: '600' }); // these tests sweep when they want it
  });
  afterAll(() => importing.close());
  afterEach(() => {
    Object.assign(importing.catalog, { declared: 'raw', refuseUpload: null });
  });

  async function open(change: { image_id?: string; owner?: RequestContext; size?: string } = {}): Promise<Opened> {
    const { image_id = randomUUID(), owner = tenant(), size = null } = change;
    return { image_id, owner, place: await importing.ask(OpenUpload, { image_id, region: REGION, size }, owner) };
  }

  async function store({ place }: Opened, ...contents: readonly Buffer[]): Promise<UploadedPart[]> {
    return Promise.all(contents.map((content, index) => importing.store.uploadPart(place, index + 1, content)));
  }

  function finish({ place, owner }: Opened, parts: readonly UploadedPart[], content: Buffer): Promise<unknown> {
    const hashOf = (algorithm: string): string => createHash(algorithm).update(content).digest('hex');
    const { upload_session_id } = place;
    const sums = { size: String(content.length), checksum: hashOf('md5'), os_hash_value: hashOf('sha512') };
    return importing.ask(FinishUpload, { upload_session_id, parts: [...parts], ...sums }, owner);
  }

  function abandon({ place: { upload_session_id }, owner }: Opened): Promise<{ event_ids: string[] }> {
    const error = refusal('upload.cut', 'The connection broke.').toDocument();
    return importing.ask(AbandonUpload, { upload_session_id, error }, owner);
  }

  function renew({ place: { upload_session_id }, owner }: Opened): Promise<unknown> {
    return importing.ask(RenewUpload, { upload_session_id }, owner);
  }

  /** How it ended, once the world has heard it. */
  function ending({ image_id }: Pick<Opened, 'image_id'>): Promise<EventEnvelope> {
    return eventually(() => {
      const [event, ...more] = importing.recorder.about(image_id);
      if (event === undefined) throw new Error('it has not ended');
      expect(more).toEqual([]);
      return event;
    });
  }

  async function loseGateway({ place }: Pick<Opened, 'place'>): Promise<void> {
    await importing.db.query(
      `UPDATE import.upload_sessions SET lease_until = now() - interval '1 second' WHERE id = $1`,
      [place.upload_session_id],
    );
    await importing.app.get(SweepUploads).sweep();
  }

  it('store a file as it came: its parts become one object, and the event says all that is known of it', async () => {
    const upload = await open();
    const content = randomBytes(6 * MIB);
    const parts = await store(upload, content.subarray(0, 5 * MIB), content.subarray(5 * MIB));
    await renew(upload);
    await finish(upload, parts, content);
    const event = await ending(upload);
    expect(event).toMatchObject({ type: 'ImageUploaded', projectid: upload.owner.project_id, region: REGION });
    const { object } = ImageUploadedV1.data.parse(event.data);
    expect(object).toMatchObject({
      ...importing.catalog.keys.get(upload.place.upload_session_id),
      disk_format: 'raw',
      size: String(content.length),
      virtual_size: String(content.length),
      checksum: createHash('md5').update(content).digest('hex'),
      index_hash: null,
    });
    expect((await importing.store.read(object.key, { length: content.length })).equals(content)).toBe(true);
    expect(await importing.store.listMultiparts(object.key)).toEqual([]);
  });

  it('answer the same to the same request, however often a broker delivers it', async () => {
    const owner = tenant();
    const image_id = randomUUID();
    const [one, other] = await Promise.all([open({ image_id, owner }), open({ image_id, owner })]);
    expect(other.place).toEqual(one.place);
    const content = Buffer.alloc(512, 1);
    const parts = await store(one, content);
    const [first, second] = await Promise.all([finish(one, parts, content), finish(one, parts, content)]);
    expect(second).toEqual(first);
    expect(await abandon(one)).toEqual(first);
    expect((await ending(one)).type).toBe('ImageUploaded');
  });

  it.each([
    ['raw', 'image.raw_size', Buffer.from('not a whole number of sectors')],
    ['raw', 'image.format_mismatch', Buffer.concat([Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'), Buffer.alloc(1016)])],
    ['qcow2', 'image.format_mismatch', randomBytes(1024)],
    ['iso', 'image.format_mismatch', randomBytes(65_536)],
    ['iso', 'image.truncated', smallIso().subarray(0, -1)],
  ] as const)('refuse a file that is not what it is declared to be: %s, %s', async (declared, code, content) => {
    importing.catalog.declared = declared;
    const upload = await open();
    await expect(finish(upload, await store(upload, content), content)).rejects.toMatchObject({ code });
    const event = await ending(upload);
    expect(ImageUploadFailedV1.data.parse(event.data).error).toMatchObject({ code });
    await expect(finish(upload, [], content)).rejects.toMatchObject({ code });
  });

  it('take an ISO image that is one', async () => {
    importing.catalog.declared = 'iso';
    const upload = await open();
    const content = smallIso();
    await finish(upload, await store(upload, content), content);
    expect((await ending(upload)).type).toBe('ImageUploaded');
  });

  it('refuse an empty file, and one the store has not all of', async () => {
    const empty = await open();
    await expect(finish(empty, [], Buffer.alloc(0))).rejects.toMatchObject({ code: 'image.empty' });
    const short = await open();
    const parts = await store(short, Buffer.alloc(512));
    await expect(finish(short, parts, Buffer.alloc(1024))).rejects.toMatchObject({ code: 'upload.incomplete' });
    expect((await ending(short)).type).toBe('ImageUploadFailed');
  });

  it('refuse a file over the limit before a byte of it, and let every file within it fit into 10,000 parts', async () => {
    const size = String(2 ** 40 + 1);
    await expect(open({ size })).rejects.toMatchObject({ code: 'upload.too_large' });
    const { place } = await open();
    expect(place.maximum_size).toBe(String(2 ** 40));
    expect(place.part_size * 55_000).toBeGreaterThanOrEqual(2 ** 40);
  });

  it('leave nothing behind when catalog refuses the upload', async () => {
    const image_id = randomUUID();
    importing.catalog.refuseUpload = refusal('image.wrong_state', 'The image is active.');
    await expect(open({ image_id })).rejects.toMatchObject({ code: 'image.wrong_state' });
    expect(await importing.db.query('SELECT 1 FROM import.upload_sessions WHERE image_id = $1', [image_id])).toEqual(
      [],
    );
  });

  it('end once when they are given back, and take no word after that', async () => {
    const upload = await open();
    const { event_ids } = await abandon(upload);
    expect(await abandon(upload)).toEqual({ event_ids });
    const event = await ending(upload);
    expect(event).toMatchObject({ id: event_ids[0], type: 'ImageUploadFailed' });
    await expect(renew(upload)).rejects.toMatchObject({ code: 'upload.gone' });
    await expect(finish(upload, [], Buffer.alloc(512))).rejects.toMatchObject({ code: 'upload.cut' });
  });

  it('are nobody else’s', async () => {
    const upload = await open();
    const stranger = { ...upload, owner: tenant(OTHER_PROJECT) };
    await expect(renew(stranger)).rejects.toMatchObject({ code: 'upload.gone' });
    await expect(finish(stranger, [], Buffer.alloc(512))).rejects.toMatchObject({ code: 'upload.gone' });
    expect(await abandon(stranger)).toEqual({ event_ids: [] });
    await renew(upload);
  });

  it('end when their image is deleted, whatever is still sent', async () => {
    const upload = await open();
    const { image_id, owner } = upload;
    const { facts } = importOf('bucket', 'object');
    const image = { image_id, region: REGION, job_id: null, facts, visibility: 'private' as const, agreement: null };
    await importing.ask(RegisterImage, { ...image, disk_format: 'raw' }, owner);
    const parts = await store(upload, Buffer.alloc(512));
    await importing.deleteImage(importing.image(image_id));
    expect(ImageUploadFailedV1.data.parse((await ending(upload)).data).error).toMatchObject({ code: 'upload.gone' });
    await expect(renew(upload)).rejects.toMatchObject({ code: 'upload.gone' });
    await expect(finish(upload, parts, Buffer.alloc(512))).rejects.toMatchObject({ code: 'upload.gone' });
  });

  it('are taken back when nobody renews them: lost while bytes came, while one was finished, or before it began', async () => {
    const sending = await open();
    const finishing = await open();
    const beginning = await open();
    await importing.db.query(`UPDATE import.upload_sessions SET state = 'finishing' WHERE id = $1`, [
      finishing.place.upload_session_id,
    ]);
    await importing.db.query(
      `UPDATE import.upload_sessions SET state = 'opening', owner = NULL, key = NULL, upload_id = NULL WHERE id = $1`,
      [beginning.place.upload_session_id],
    );
    for (const lost of [sending, finishing, beginning]) {
      await loseGateway(lost);
      const event = await ending(lost);
      expect(ImageUploadFailedV1.data.parse(event.data).error).toMatchObject({ code: 'upload.cut' });
    }
    const kept = await open();
    await importing.app.get(SweepUploads).sweep();
    await renew(kept);
  });

  it('are finished by another when who finished one was lost, also after the object was made', async () => {
    const upload = await open();
    const content = randomBytes(1024);
    const parts = await store(upload, content);
    await importing.store.completeMultipart(upload.place, parts);
    await importing.db.query(
      `UPDATE import.upload_sessions SET state = 'finishing', lease_until = now() - interval '1 second' WHERE id = $1`,
      [upload.place.upload_session_id],
    );
    await finish(upload, parts, content);
    expect((await ending(upload)).type).toBe('ImageUploaded');
  });
});
