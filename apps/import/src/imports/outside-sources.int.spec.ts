import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CancelImport,
  CreateObjectStore,
  DeleteObjectStore,
  type ImportSource,
  ListObjectStores,
  PreflightImport,
  ReplaceObjectStore,
  RequestImport,
  type RequestOf,
  ShowObjectStore,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { S3ObjectStore } from '@imago/object-store';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TEST_CA } from '../../test/certificates.ts';
import { MIB, QemuImg, smallDisk } from '../../test/disks.ts';
import { everythingKept } from '../../test/everything-kept.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import type { ImportWorker } from '../../test/import-worker.ts';
import { Names } from '../../test/names.ts';
import { importOf, OTHER_PROJECT, PROJECT, REGION, tenant } from '../../test/requests.ts';
import { WebServer } from '../../test/web-server.ts';

const QUERY = '?X-Amz-Signature=c0ffee-signature';
const HEADERS = { authorization: 'Bearer c0ffee-token' };

describe('a file outside of the installation', () => {
  const names = new Names().set('files.example', () => ['127.0.0.1']);
  let imports: ImportUnderTest;
  let qemu: QemuImg;
  let server: WebServer;
  const workers: ImportWorker[] = [];
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'imago-ca-'));
    const ca = join(directory, 'ca.pem');
    await writeFile(ca, TEST_CA);
    server = await WebServer.listen();
    const settings = {
      IMPORT_OUTBOUND_ALLOW: '127.0.0.1',
      IMPORT_OUTBOUND_HTTP: 'true',
      IMPORT_OUTBOUND_CA_FILE: ca,
      IMPORT_OUTBOUND_RETRY_SECONDS: '0.01',
      IMPORT_OBJECT_STORES_PER_PROJECT: '3',
    };
    imports = await startImport(settings, names);
    qemu = new QemuImg(imports.qemuImg, imports.directory);
  });

  beforeEach(() => {
    server.reset(smallDisk());
  });

  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.dismiss();
    await imports.db.query('DELETE FROM import.object_stores');
  });

  afterAll(async () => {
    await imports.close();
    await server.close();
    await rm(directory, { recursive: true });
  });

  /** A worker for one test. */
  const hire = async (): Promise<ImportWorker> => {
    const worker = await imports.hire();
    workers.push(worker);
    return worker;
  };
  const fromUrl = (change: Partial<Extract<ImportSource, { type: 'url' }>> = {}): ImportSource => ({
    type: 'url',
    url: server.url(`/disk.raw${QUERY}`),
    headers: HEADERS,
    ...change,
  });
  const request = (source: ImportSource, change: Partial<RequestOf<typeof RequestImport>> = {}) =>
    imports.request('nothing', { source, ...change });
  const sha256 = (file: Buffer) => ({
    algorithm: 'sha256' as const,
    value: createHash('sha256').update(file).digest('hex'),
  });

  async function requireImported(jobId: string, disk: Buffer): Promise<void> {
    const job = await imports.looks.ended(jobId);
    expect(job).toMatchObject({ state: 'succeeded', error: null });
    const { key } = job.data.object ?? { key: '' };
    const { size } = await imports.store.head(key);
    await qemu.requireSame(await imports.store.read(key, { length: size }), disk);
  }

  describe('on a web server', () => {
    it('is imported, and nobody is told or keeps what opens it', async () => {
      const { id, image_id } = await request(fromUrl(), { checksum: sha256(server.file) });
      const kept = await everythingKept(imports);
      expect(kept).toContain(server.url());
      expect(kept).not.toContain('c0ffee');
      expect(await imports.db.query('SELECT job_id FROM import.source_secrets')).toEqual([{ job_id: id }]);
      await hire();
      await requireImported(id, server.file);
      const events = await imports.looks.eventsOf(id);
      const { etag } = server;
      expect(events.at(-1)?.data).toMatchObject({
        image_id,
        source: {
          source_uri: server.url(),
          source_etag: etag.replaceAll('"', ''),
          source_size: (4 * MIB).toString(),
        },
      });
      expect(JSON.stringify(imports.recorder.events)).not.toContain('c0ffee');
      expect(await imports.db.query('SELECT * FROM import.source_secrets')).toEqual([]);
      expect(await imports.db.query('SELECT * FROM import.checked_blocks')).toEqual([]);
      expect(server.requests.every((each) => each.headers.authorization === HEADERS.authorization)).toBe(true);
    });

    it('is refused in the check when it is not what its publisher says', EXHAUSTIVE, async () => {
      await hire();
      const { id } = await request(fromUrl(), { checksum: { algorithm: 'md5', value: '0'.repeat(32) } });
      const { error, state } = await imports.looks.ended(id);
      expect({ error, state }).toMatchObject({
        state: 'failed',
        error: { code: 'import.checksum_mismatch', phase: 'check' },
      });
      expect(error?.message).toContain(createHash('md5').update(server.file).digest('hex'));
    });

    it('is refused when the server sends the good file to the check and another one to the import', async () => {
      const good = server.file;
      const { etag } = server;
      const worker = await hire();
      const held = worker.gate.hold((call) => call.action === 'create_upload');
      const { id } = await request(fromUrl(), { checksum: sha256(good) });
      await held.arrived;
      server.behaviour = (asked, response) => {
        const [first = 0, last = 0] = (/(\d+)-(\d+)/.exec(asked.headers.range ?? '') ?? []).slice(1).map(Number);
        const evil = Buffer.alloc(last + 1 - first, 'evil');
        response.writeHead(206, { etag, 'content-range': `bytes ${first}-${last}/${good.length}` }).end(evil);
      };
      held.release();
      expect(await imports.looks.ended(id)).toMatchObject({
        state: 'failed',
        error: { code: 'import.source_changed' },
      });
    });

    it('is imported as qcow2 with its checksum, though it is read out of its order', EXHAUSTIVE, async () => {
      const disk = smallDisk();
      server.reset(await qemu.toQcow2(disk, '-c'));
      await hire();
      const { id } = await request(fromUrl(), { checksum: sha256(server.file), disk_format: 'qcow2' });
      await requireImported(id, disk);
    });

    it.each<[string, () => ImportSource, string]>([
      [
        'with a password in its URL',
        () => fromUrl({ url: server.url().replace('://', '://a:b@') }),
        'import.url_refused',
      ],
      ['at an address of ours', () => fromUrl({ url: 'https://10.0.0.1/' }), 'import.url_refused'],
      ['at no name there is', () => fromUrl({ url: 'https://gone.example/' }), 'import.host_not_found'],
    ])('%s is refused at once, and nothing stays', async (_what, source, code) => {
      const count = (): Promise<unknown> => imports.db.query('SELECT count(*) FROM import.jobs');
      const before = await count();
      await expect(request(source())).rejects.toMatchObject({ code });
      expect(await count()).toEqual(before);
      expect(await imports.db.query('SELECT * FROM import.source_secrets')).toEqual([]);
    });

    it('asked for twice under one key is one import, and another one with other secrets is told apart', async () => {
      const idempotency_key = randomUUID();
      const first = await request(fromUrl(), { idempotency_key });
      expect((await request(fromUrl(), { idempotency_key })).id).toBe(first.id);
      for (const other of [fromUrl({ headers: {} }), fromUrl({ url: server.url('/disk.raw?other') })])
        await expect(request(other, { idempotency_key })).rejects.toMatchObject({
          code: 'request.idempotency_conflict',
        });
      await imports.ask(CancelImport, { job_id: first.id });
      expect(await imports.db.query('SELECT * FROM import.source_secrets')).toEqual([]);
    });
  });

  describe('in an object store of the project’s own', () => {
    const SECRET = 'c0ffee-secret-key';

    const settings = (change: object = {}) => {
      const { endpoint, signing_region, access_key, secret_key } = imports.elsewhere;
      const named = { name: `store-${randomUUID()}`, addressing_style: 'path' as const };
      return { ...named, endpoint, signing_region, access_key, secret_key, ...change };
    };
    const create = async (change: object = {}, context?: RequestContext) => {
      const order = { object_store_id: randomUUID(), region: REGION, ...settings(change) };
      return (await imports.ask(CreateObjectStore, order, context)).object_store;
    };
    const remove = (object_store: string, context?: RequestContext) =>
      imports.ask(DeleteObjectStore, { region: REGION, object_store }, context);
    const inStore = (object_store: string): ImportSource => {
      return { type: 'object_store', object_store, bucket: imports.elsewhere.bucket, object: 'disks/web 1.raw' };
    };

    beforeAll(async () => {
      const { endpoint, signing_region: region, access_key, secret_key, bucket } = imports.elsewhere;
      const theirs = new S3ObjectStore({ endpoint, region, access_key, secret_key, bucket });
      await theirs.put('disks/web 1.raw', smallDisk());
    });

    it('is imported with the project’s key, by the name of the store or its id', async () => {
      const store = await create();
      const { endpoint, signing_region: region, access_key, secret_key, bucket } = imports.elsewhere;
      const file = await new S3ObjectStore({ endpoint, region, access_key, secret_key, bucket }).read(
        'disks/web 1.raw',
        {
          length: 4 * MIB,
        },
      );
      await hire();
      const named = await request(inStore(store.name), { checksum: sha256(file) });
      const known = await request(inStore(store.id));
      await requireImported(named.id, file);
      await requireImported(known.id, file);
      const preflight = await imports.ask(PreflightImport, importOf('none', 'none', { source: inStore(store.id) }));
      expect(preflight.points.filter(({ code }) => code !== null)).toEqual([]);
      expect(preflight.facts.size).toBe(String(file.length));
      const [asked] = await imports.looks.eventsOf(named.id);
      expect(asked?.data).toMatchObject({ source_uri: `${endpoint}/${bucket}/disks/web%201.raw` });
      await remove(store.id);
    });

    it('is nobody else’s: another project neither sees, uses, changes nor deletes the store, an operator neither', async () => {
      const store = await create();
      for (const other of [tenant(OTHER_PROJECT), tenant('operators', ['admin'])]) {
        for (const object_store of [store.id, store.name]) {
          const refused = { code: 'object_store.not_found' };
          const which = { region: REGION, object_store };
          await expect(imports.ask(ShowObjectStore, which, other)).rejects.toMatchObject(refused);
          await expect(imports.ask(ReplaceObjectStore, { ...which, ...settings() }, other)).rejects.toMatchObject(
            refused,
          );
          await expect(remove(object_store, other)).rejects.toMatchObject(refused);
          await expect(
            imports.ask(RequestImport, importOf('none', 'none', { source: inStore(object_store) }), other),
          ).rejects.toMatchObject(refused);
        }
        const list = await imports.ask(ListObjectStores, { region: REGION, limit: 10, marker: null }, other);
        expect(list).toEqual({ object_stores: [], next_marker: null });
      }
      const readers = tenant(PROJECT, ['reader']);
      expect(await imports.ask(ShowObjectStore, { region: REGION, object_store: store.name }, readers)).toMatchObject({
        object_store: { id: store.id },
      });
      await expect(remove(store.id, readers)).rejects.toMatchObject({ code: 'auth.forbidden' });
      await expect(create({}, readers)).rejects.toMatchObject({ code: 'auth.forbidden' });
      await remove(store.id);
    });

    it('keeps the secret key to itself, and tells of every change in one event', async () => {
      const store = await create({ secret_key: SECRET, access_key: 'c0ffee-access' });
      expect(store).not.toHaveProperty('secret_key');
      const which = { region: REGION, object_store: store.id };
      const replaced = await imports.ask(ReplaceObjectStore, { ...which, ...settings({ secret_key: SECRET }) });
      expect(replaced.object_store).toMatchObject({ id: store.id, version: 2 });
      expect(JSON.stringify([store, replaced])).not.toContain(SECRET);
      expect(await everythingKept(imports)).not.toContain(SECRET);
      await remove(store.id);
      const events = await eventually(() => {
        const found = imports.recorder.about(store.id);
        expect(found.map(({ type }) => type)).toEqual([
          'ObjectStoreCreated',
          'ObjectStoreReplaced',
          'ObjectStoreDeleted',
        ]);
        return found;
      });
      expect(JSON.stringify(events)).not.toContain('c0ffee');
      await expect(imports.ask(ShowObjectStore, which)).rejects.toMatchObject({ code: 'object_store.not_found' });
    });

    it('is one of a few, each with a name of its own, listed page by page', EXHAUSTIVE, async () => {
      const names = ['a', 'b', 'c'];
      const stores = [];
      for (const name of names) stores.push(await create({ name }));
      await expect(create()).rejects.toMatchObject({ code: 'object_store.too_many', details: { limit: 3, used: 3 } });
      const [first, second] = stores;
      const replacing = { region: REGION, object_store: second?.id ?? '', ...settings({ name: first?.name }) };
      await expect(imports.ask(ReplaceObjectStore, replacing)).rejects.toMatchObject({
        code: 'object_store.name_taken',
      });
      const page = await imports.ask(ListObjectStores, { region: REGION, limit: 2, marker: null });
      expect(page).toMatchObject({ object_stores: [{ name: 'a' }, { name: 'b' }], next_marker: 'b' });
      const rest = await imports.ask(ListObjectStores, { region: REGION, limit: 2, marker: page.next_marker });
      expect(rest).toMatchObject({ object_stores: [{ name: 'c' }], next_marker: null });
      for (const { id } of stores) await remove(id);
    });

    it('is made once, however often it is asked for', EXHAUSTIVE, async () => {
      const order = { object_store_id: randomUUID(), region: REGION, ...settings() };
      const { object_store } = await imports.ask(CreateObjectStore, order);
      expect((await imports.ask(CreateObjectStore, order)).object_store).toEqual(object_store);
      const other = { ...order, secret_key: 'another' };
      await expect(imports.ask(CreateObjectStore, other)).rejects.toMatchObject({
        code: 'request.idempotency_conflict',
      });
      await expect(imports.ask(CreateObjectStore, order, tenant(OTHER_PROJECT))).rejects.toMatchObject({
        code: 'request.idempotency_conflict',
      });
      await remove(object_store.id);
    });

    it.each(['https://10.0.0.1', 'https://gone.example', 'https://files.example/path', 'https://a:b@files.example'])(
      'is not at %s',
      async (endpoint) => {
        await expect(create({ endpoint })).rejects.toMatchObject({
          code: 'object_store.endpoint_refused',
        });
      },
    );

    it('is refused with the reason when the key does not open it, the file is not there, or the store is gone', async () => {
      const store = await create({ secret_key: 'wrong' });
      await expect(request(inStore(store.name))).rejects.toMatchObject({ code: 'import.access_denied' });
      const which = { region: REGION, object_store: store.id };
      await imports.ask(ReplaceObjectStore, { ...which, ...settings({ name: store.name }) });
      const missing = { ...inStore(store.name), object: 'missing' } as ImportSource;
      await expect(request(missing)).rejects.toMatchObject({ code: 'import.object_not_found' });
      const { id } = await request(inStore(store.name));
      await remove(store.id);
      await hire();
      expect(await imports.looks.ended(id)).toMatchObject({
        state: 'failed',
        error: { code: 'object_store.not_found' },
      });
    });

    it('is not connected to when its name means an address of ours by now', async () => {
      names.set('store.example', () => ['127.0.0.1']);
      const endpoint = imports.elsewhere.endpoint.replace('127.0.0.1', 'store.example');
      const store = await create({ endpoint });
      names.set('store.example', () => ['127.0.0.2']);
      await expect(request(inStore(store.name))).rejects.toMatchObject({ code: 'import.url_refused' });
      await remove(store.id);
    });
  });
});
