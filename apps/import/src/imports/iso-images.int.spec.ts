import { createHash, randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { type DataOf, type EventEnvelope, ImageImportedV1, type JobView } from '@imago/contracts';
import { smallHybridIso, smallIso } from '@imago/disk-image/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../test/disks.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import type { ImportWorker } from '../../test/import-worker.ts';
import { Names } from '../../test/names.ts';
import { WebServer } from '../../test/web-server.ts';

const hashOf = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex');

describe('an import of an ISO image', () => {
  /** Of three parts, the last of them odd. */
  const iso = Buffer.concat([smallIso(), randomBytes(17 * MIB + 5)]);
  const hired: ImportWorker[] = [];
  let imports: ImportUnderTest;
  let server: WebServer;

  beforeAll(async () => {
    server = await WebServer.listen('http');
    const settings = { IMPORT_OUTBOUND_ALLOW: '127.0.0.1', IMPORT_OUTBOUND_HTTP: 'true' };
    imports = await startImport(
      settings,
      new Names().set('files.example', () => ['127.0.0.1']),
    );
    await imports.files.put('large.iso', iso);
  });
  afterEach(async () => {
    for (const worker of hired.splice(0)) await worker.dismiss();
  });
  afterAll(async () => {
    await imports.close();
    await server.close();
  });

  async function hire(): Promise<ImportWorker> {
    const worker = await imports.hire();
    hired.push(worker);
    return worker;
  }

  type Change = Parameters<ImportUnderTest['request']>[1];
  const request = (name: string, change: Change = {}) => imports.request(name, { disk_format: 'iso', ...change });
  const phasesOf = (events: readonly EventEnvelope[]): (string | undefined)[] =>
    events
      .map((event) => (event.data as { job: JobView }).job.phase)
      .filter((phase, index, all) => phase !== all[index - 1]);

  /** The bytes are stored as they came, and nothing else is. */
  async function expectKept(id: string, bytes: Buffer): Promise<readonly EventEnvelope[]> {
    const events = await imports.looks.eventsOf(id);
    const job = await imports.looks.job(id);
    expect(job).toMatchObject({ state: 'succeeded', error: null, bytes_done: job.bytes_total });
    const { object }: DataOf<typeof ImageImportedV1> = ImageImportedV1.data.parse(events.at(-1)?.data);
    const size = bytes.length.toString();
    expect(object).toMatchObject({
      ...{ disk_format: 'iso', size, virtual_size: size, allocated_bytes: size, index_hash: null },
      ...{ checksum: hashOf('md5', bytes), os_hash_value: hashOf('sha512', bytes) },
    });
    expect((await imports.store.read(object.key, { length: bytes.length })).equals(bytes)).toBe(true);
    expect((await imports.store.list(object.key)).map(({ key }) => key)).toEqual([object.key]);
    expect(await imports.store.listMultiparts('images/')).toEqual([]);
    expect(await imports.store.list('unpacked/')).toEqual([]);
    expect(await imports.looks.journalOf(id)).toEqual([]);
    const done = events.map((event) => Number((event.data as { job: JobView }).job.bytes_done));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    return events;
  }

  it('stores its very bytes, and looks at no disk, for there is none', async () => {
    await hire();
    const { id, image_id } = await request('large.iso');
    const events = await expectKept(id, iso);
    expect(phasesOf(events)).toEqual(['admit', 'inspect', 'transfer', 'seal', 'verify', 'activate']);
    expect(imports.catalog.registered.get(image_id ?? '')).toMatchObject({ disk_format: 'iso' });
    expect(events.map(({ type }) => type)).not.toContain('ImageExamined');
  });

  it('checks its checksum first, and stores no byte that was not checked', async () => {
    await hire();
    const checksum = { algorithm: 'sha256', value: hashOf('sha256', iso) } as const;
    const events = await expectKept((await request('large.iso', { checksum })).id, iso);
    expect(phasesOf(events)).toContain('check');
    const { id } = await request('large.iso', { checksum: { ...checksum, value: 'ab'.repeat(32) } });
    expect(await imports.looks.ended(id)).toMatchObject({ error: { code: 'import.checksum_mismatch' } });
  });

  it('stores what is in it when it is packed', async () => {
    await hire();
    await imports.files.put('packed.iso.zst', zstdCompressSync(iso));
    await expectKept((await request('packed.iso.zst', { compression: 'zstd' })).id, iso);
  });

  it('stores one with partitions as what it is declared to be', async () => {
    await hire();
    const hybrid = smallHybridIso();
    await imports.files.put('hybrid.iso', hybrid);
    await expectKept((await request('hybrid.iso')).id, hybrid);
    const { id } = await request('hybrid.iso', { disk_format: 'raw' });
    const events = await imports.looks.eventsOf(id);
    expect(ImageImportedV1.data.parse(events.at(-1)?.data).object).toMatchObject({
      ...{ disk_format: 'qcow2', virtual_size: hybrid.length.toString() },
    });
  });

  it.each([
    ['in its transfer', 'transfer', 'upload_part', 'after'],
    ['before it is one object', 'seal', 'complete_upload', 'before'],
    ['when it is one object', 'seal', 'complete_upload', 'after'],
  ] as const)('goes on by another worker when one is lost %s', async (_when, phase, action, moment) => {
    const lost = await hire();
    const held = lost.gate.hold((call) => call.action === action, moment);
    const { id } = await request('large.iso');
    await held.arrived;
    expect((await imports.looks.job(id)).phase).toBe(phase);
    await lost.lose();
    await imports.looks.expireLease(id);
    await hire();
    await expectKept(id, iso);
  });

  it('asks catalog for the key again when its upload was swept: nothing is written that nobody knows of', async () => {
    const lost = await hire();
    const held = lost.gate.hold((call) => call.action === 'complete_upload');
    const { id } = await request('large.iso');
    await held.arrived;
    await lost.lose();
    for (const upload of await imports.store.listMultiparts('images/')) await imports.store.abortMultipart(upload);
    imports.catalog.keys.delete(id);
    await imports.looks.expireLease(id);
    await hire();
    await expectKept(id, iso);
    expect(imports.catalog.keys.has(id)).toBe(true);
  });

  it('never makes an image of what is none, when its server sends other bytes than were inspected', async () => {
    const worker = await hire();
    server.reset(smallIso());
    const { etag } = server;
    const held = worker.gate.hold((call) => call.action === 'create_upload');
    const { id } = await request('', { source: { type: 'url', url: server.url('/small.iso'), headers: {} } });
    await held.arrived;
    const evil = randomBytes(server.file.length);
    server.behaviour = (asked, response) => {
      const [, first = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(asked.headers.range ?? '') ?? [];
      const part = evil.subarray(Number(first), Number(last) + 1);
      response.writeHead(206, { etag, 'content-range': `bytes ${first}-${last}/${evil.length}` }).end(part);
    };
    held.release();
    expect(await imports.looks.ended(id)).toMatchObject({
      ...{ state: 'failed', error: { code: 'image.format_mismatch', phase: 'verify' } },
    });
  });
});
