import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import type { ResumableUploadRecord } from '@imago/contracts';
import { eventually, EXHAUSTIVE, firstOfEach } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SlowUpload } from '../test/slow-upload.ts';
import { systemFor } from '../test/shared-system.ts';
import { expectSameDisk, makeRawDisk } from '../test/source-disks.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import type { ImageDocument } from '../test/tenant.ts';
import { expectTrueState } from '../test/true-state.ts';
import { isPart, sentParts, UploadRun } from '../test/upload-run.ts';

const MIB = 2 ** 20;
const run = promisify(execFile);

type Upload = ResumableUploadRecord & { readonly missing_parts: readonly number[] };

const SIZE_MIB = 24;
const PARTS = 5;
const IMPORT = [
  ...['--disk-format', 'raw', '--os', 'debian', '--os-version', '12', '--min-disk', '1', '--accept-agreement'],
];

describe('a file that is uploaded', () => {
  let sut: SystemUnderTest;
  const made: string[] = [];

  beforeAll(async () => {
    sut = await systemFor('uploads');
  });
  afterAll(() => sut.close());
  afterEach(async () => {
    for (const id of made.splice(0)) await sut.alice.ask('DELETE', `/v2/images/${id}`);
    await expectTrueState(sut);
  });

  async function create(disk_format: string | null): Promise<string> {
    const formats = disk_format === null ? {} : { disk_format, container_format: 'bare' };
    const { status, body } = await sut.alice.ask<ImageDocument>('POST', '/v2/images', { name: 'up', ...formats });
    expect(status).toBe(201);
    made.push(body.id);
    return body.id;
  }

  async function begin(imageId: string, bytes = 0): Promise<SlowUpload> {
    const upload = new SlowUpload(sut.system.gateway, imageId, await sut.alice.token());
    for (let sent = 0; sent < bytes; sent += MIB) await upload.write(randomBytes(MIB));
    return upload;
  }

  async function put(imageId: string, content: Buffer): Promise<Awaited<SlowUpload['answer']>> {
    const upload = await begin(imageId);
    await upload.write(content);
    return upload.end();
  }

  /** The bytes of an image, whole or in the making, that the store has. */
  async function bytesOf(imageId: string): Promise<readonly string[]> {
    const { objects, uploads } = await sut.images.keys();
    return [...objects, ...uploads].filter((key) => key.includes(imageId));
  }

  function command(path: string, ...args: readonly string[]): UploadRun {
    return new UploadRun(sut.system.gateway, sut.alice, [path, '--part-size', '5', '--parallel', '2', ...args]);
  }

  async function onlyUpload(): Promise<Upload> {
    const { uploads } = await sut.alice.get<{ uploads: ResumableUploadRecord[] }>('/v1/uploads?state=open');
    expect(uploads).toHaveLength(1);
    return sut.alice.get(`/v1/uploads/${uploads[0]?.id}`);
  }

  it('is active when it is answered, and comes back as it was sent', async () => {
    const raw = await makeRawDisk(join(sut.directory, 'up.raw'), 64, [{ at: 1, length: 20 }]);
    const qcow2 = join(sut.directory, 'up.qcow2');
    await run(sut.qemuImg, ['convert', '-O', 'qcow2', '-c', raw, qcow2]);
    for (const [format, path] of [
      ['raw', raw],
      ['qcow2', qcow2],
    ] as const) {
      const content = await readFile(path);
      const id = await create(format);
      expect(await put(id, content)).toEqual({ status: 204, text: '' });
      expect(await sut.alice.image(id)).toMatchObject({
        status: 'active',
        disk_format: format,
        size: content.length,
        virtual_size: 64 * MIB,
        checksum: createHash('md5').update(content).digest('hex'),
        os_hash_value: createHash('sha512').update(content).digest('hex'),
      });
      expect((await sut.alice.download(id)).equals(content)).toBe(true);
      expect(await put(id, content)).toMatchObject({ status: 409 });
    }
  });

  it('is refused, and leaves its image as it was: junk, without formats, somebody else’s, of a format that is not read', async () => {
    const junk = await create('qcow2');
    expect(await put(junk, randomBytes(MIB))).toMatchObject({ status: 415 });
    expect(await sut.alice.image(junk)).toMatchObject({ status: 'queued', size: null, checksum: null });
    await eventually(async () => {
      expect(await bytesOf(junk)).toEqual([]);
    });
    const unknown = await create(null);
    expect(await put(unknown, Buffer.alloc(512))).toMatchObject({ status: 400 });
    const foreign = await create('vmdk');
    expect(await put(foreign, Buffer.alloc(512))).toMatchObject({
      status: 415,
      text: expect.stringContaining('raw, qcow2'),
    });
    const stranger = new SlowUpload(sut.system.gateway, junk, await sut.bob.token());
    expect(await stranger.end()).toMatchObject({ status: 404 });
    // A better file is welcome after a bad one.
    const raw = await create('raw');
    expect(await put(raw, Buffer.from('not a disk'))).toMatchObject({ status: 415 });
    expect(await put(raw, Buffer.alloc(MIB))).toMatchObject({ status: 204 });
  });

  it('may be cut in the middle: the image is queued again at once, and may be uploaded again', EXHAUSTIVE, async () => {
    const id = await create('raw');
    const upload = await begin(id, 20 * MIB);
    await sut.alice.imageIn('saving', id);
    upload.cut();
    await sut.alice.imageIn('queued', id);
    await eventually(async () => {
      expect(await bytesOf(id)).toEqual([]);
    });
    expect(await put(id, Buffer.alloc(MIB))).toMatchObject({ status: 204 });
  });

  it('is taken once: the second of two at once is 409, and the first goes on', async () => {
    const id = await create('raw');
    const first = await begin(id, 2 * MIB);
    await sut.alice.imageIn('saving', id);
    expect(await put(id, Buffer.alloc(MIB))).toMatchObject({ status: 409 });
    expect(await first.end()).toMatchObject({ status: 204 });
    expect(await sut.alice.image(id)).toMatchObject({ status: 'active', size: 2 * MIB });
  });

  it('whose image is deleted meanwhile is told 410, and no bytes stay', EXHAUSTIVE, async () => {
    const id = await create('raw');
    const upload = await begin(id, 20 * MIB);
    await sut.alice.imageIn('saving', id);
    await sut.alice.delete(id);
    await eventually(async () => {
      expect(await bytesOf(id)).toEqual([]);
    });
    await upload.write(Buffer.alloc(512));
    expect(await upload.end()).toMatchObject({ status: 410 });
  });

  for (const [services, options] of firstOfEach(['import', 'gateway'] as const, () => 'killed')) {
    it.each(services)(
      'survives no kill of %s in the middle, but its image does: queued again, no bytes, ready for another',
      options,
      async (service) => {
        const id = await create('raw');
        const upload = await begin(id, 20 * MIB);
        await sut.alice.imageIn('saving', id);
        await sut.system.service(service).kill('SIGKILL');
        if (service === 'import') upload.cut(); // a gateway that cannot give it back
        await sut.system.service(service).start();
        await sut.alice.imageIn('queued', id);
        expect(await upload.answer).toBe(null);
        await eventually(async () => {
          expect(await bytesOf(id)).toEqual([]);
        });
        expect(await put(id, Buffer.alloc(MIB))).toMatchObject({ status: 204 });
      },
    );
  }

  it('in parts goes on where it was killed, with all that served it, and sends no part twice that had arrived', async () => {
    const path = await makeRawDisk(join(sut.directory, 'disk.raw'), SIZE_MIB, [{ at: 0, length: SIZE_MIB }]);
    const held = sut.proxy.hold(isPart(4));
    const first = command(path, ...IMPORT);
    await Promise.race([held.reached, first.ended().then(() => Promise.reject(new Error(first.output)))]);
    await first.kill();
    for (const service of ['gateway', 'import'] as const) {
      await sut.system.service(service).kill('SIGKILL');
      await sut.system.service(service).start();
    }
    held.open();

    const { missing_parts } = await onlyUpload();
    expect(missing_parts).toContain(4);
    const before = sentParts(sut.proxy, PARTS);
    const arrived = [...before.keys()].filter((number) => !missing_parts.includes(number));
    expect(arrived.length).toBeGreaterThan(0);

    const second = command(path, ...IMPORT, '--name', 'sent in parts');
    expect({ code: await second.ended(), output: second.output }).toMatchObject({ code: 0 });
    const after = sentParts(sut.proxy, PARTS);
    for (const number of arrived) expect([number, after.get(number)]).toEqual([number, before.get(number)]);
    for (const number of missing_parts) expect(after.get(number)).toBeGreaterThan(0);

    const [, imageId = ''] = /The image is (\S+)\./.exec(second.output) ?? [];
    expect(await sut.alice.imageIn('active', imageId)).toMatchObject({ name: 'sent in parts' });
    const downloaded = join(sut.directory, 'downloaded.qcow2');
    await writeFile(downloaded, await sut.alice.download(imageId));
    await expectSameDisk(sut.qemuImg, { path, format: 'raw' }, { path: downloaded, format: 'qcow2' });
    made.push(imageId); // afterwards nothing of the file that was sent is in the store
  });

  it('by a command that is told wrong things is not, and the command says why', async () => {
    const missing = command(join(sut.directory, 'nothing'));
    expect([await missing.ended(), missing.output]).toEqual([1, expect.stringContaining('no such file')]);
    const options = command('a', 'b');
    expect([await options.ended(), options.output]).toEqual([1, expect.stringContaining('Usage: npm run imago')]);
  });
});
