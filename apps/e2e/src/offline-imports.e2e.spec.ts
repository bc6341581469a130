import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EventEnvelope } from '@imago/contracts';
import { eicarTestFile } from '@imago/infra';
import { tinyDisk } from '@imago/readiness/testing';
import { BUNDLE_KEYS } from '@imago/system';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import type { ImageDocument, Problem } from '../test/tenant.ts';
import { expectTrueState } from '../test/true-state.ts';
import { UploadRun } from '../test/upload-run.ts';

const BUNDLE = join(import.meta.dirname, '../../../tools/commands/bundle.ts');
const run = promisify(execFile);
const SYSTEM = { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' };
const MIB = 2 ** 20;

/** Of a file whose SHA-512 is read from the manifest. */
interface Made {
  readonly directory: string;
  readonly sha512: string;
  readonly signer: string;
}

describe('a file that an operator brings', () => {
  let sut: SystemUnderTest;
  let key: string;
  let number = 0;

  beforeAll(async () => {
    sut = await systemFor('offline-imports');
    key = join(sut.directory, 'press.pem');
    await bundle('keygen', key);
  });
  afterAll(() => sut.close());
  afterEach(async () => {
    for (const { id } of await sut.alice.ownImages()) await sut.alice.delete(id);
    const { uploads } = await sut.operator.get<{ uploads: { id: string }[] }>('/v1/uploads');
    for (const { id } of uploads) await sut.operator.ask('DELETE', `/v1/uploads/${id}`);
    await expectTrueState(sut);
  });

  async function bundle(...args: readonly string[]): Promise<void> {
    await run(process.execPath, ['--conditions=@imago/source', BUNDLE, ...args]);
  }

  /** A bundle for alice's project. */
  async function made(files: Record<string, string | Buffer>, region = 'region-1'): Promise<Made> {
    const directory = join(sut.directory, `bundle-${++number}`);
    await mkdir(directory);
    await writeFile(join(directory, 'disk.raw'), tinyDisk(files, MIB));
    const said = ['--project', sut.alice.user.project_id, '--name', 'brought', '--disk-format', 'raw'];
    const system = ['--os', 'debian', '--os-version', '12', '--min-disk', '1', '--region', region];
    await bundle('pack', join(directory, 'disk.raw'), '--key', key, ...said, ...system);
    const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as {
      signer: string;
      file: { sha512: string };
    };
    return { directory, sha512: manifest.file.sha512, signer: manifest.signer };
  }

  /** What the operator's terminal shows once the command has ended. */
  async function brought(directory: string, ...args: readonly string[]): Promise<string> {
    const command = new UploadRun(sut.system.gateway, sut.operator, [directory, ...args], 'offline-import');
    await command.ended();
    return command.output;
  }

  it('is believed when its signer is, scanned, and then the project’s private image; and a bit that flips is found', async () => {
    const { directory, sha512, signer } = await made(SYSTEM);
    expect(await brought(directory)).toContain(`signed by the key ${signer}, which is not trusted here`);
    expect(await sut.alice.ownImages()).toEqual([]);
    await appendFile(join(sut.directory, 'services', BUNDLE_KEYS), await readFile(`${key}.pub`, 'utf8'));

    expect(await brought(directory)).toContain(`of project ${sut.alice.user.project_id}`);
    const [image] = await sut.alice.images();
    const id = image?.id ?? '';
    expect(image).toMatchObject({ name: 'brought', status: 'active', visibility: 'private', scan: 'clean' });
    expect(await sut.alice.quotaUsed()).toBe(1);
    expect((await sut.bob.ask('GET', `/v2/images/${id}`)).status).toBe(404);
    const types = (await sut.alice.events(id)).map(({ type }) => type);
    for (const type of ['OfflineImportRequested', 'ImageScanned', 'ImageReady']) expect(types).toContain(type);
    const { events } = await sut.operator.get<{ events: EventEnvelope[] }>('/v1/audit?type=OfflineImportRequested');
    const record = events.find(({ data }) => (data as { image_id: string }).image_id === id);
    expect(record).toMatchObject({
      projectid: sut.alice.user.project_id,
      data: { offline: { ordered_by: record?.actor, sha512, signer, unscanned_reason: null } },
    });
    expect(record?.actor).toMatch(/./);
    await findDamage(id);
  });

  /** Somebody's disk turns a bit over in the store: the next round finds it, and the owner reads why. */
  async function findDamage(id: string): Promise<void> {
    const stored = (await sut.images.keys()).objects.find((at) => at.includes(id) && !at.endsWith('.index')) ?? '';
    const bytes = await sut.images.get(stored);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    await sut.images.put(stored, bytes);
    expect((await sut.operator.ask('POST', '/v1/operator/scrubs')).status).toBe(202);
    const image = await sut.alice.imageIn('deactivated', id);
    const told = await sut.alice.get<{ damages: { error: Problem }[] }>(`/v1/images/${image.id}/damages`);
    expect(told.damages).toMatchObject([{ error: { code: 'image.damaged' } }]);
    const shown = await sut.operator.get<{ damages: { key: string; images: { image_id: string }[] }[] }>(
      '/v1/operator/scrubs',
    );
    expect(shown.damages.find((each) => each.key === stored)?.images).toMatchObject([{ image_id: id }]);
    expect((await sut.alice.ask<Problem>('POST', `/v2/images/${id}/actions/reactivate`)).status).toBe(409);
    await eventually(async () => {
      expect((await sut.alice.events(id)).map(({ type }) => type)).toContain('ImageDamaged');
    });
  }

  it('is refused when it has malware, with its path, and nothing is left of it but the reason', async () => {
    const { directory } = await made({ ...SYSTEM, 'root/eicar.com': eicarTestFile() });
    expect(await brought(directory, '--unscanned', 'we know it')).toContain('eicar');
    const [image] = (await sut.alice.ownImages()) as readonly (ImageDocument | undefined)[];
    expect(image?.status).toBe('killed');
    expect(await sut.alice.quotaUsed()).toBe(0);
    await eventually(async () => {
      expect((await sut.images.keys()).objects.filter((at) => at.includes(image?.id ?? ''))).toEqual([]);
    });
  });

  it(
    'is refused by a region it was not made for, and without a bundle when the project is not there',
    EXHAUSTIVE,
    async () => {
      const { directory } = await made(SYSTEM, 'region-2');
      expect(await brought(directory, '--region', 'region-1')).toContain('for region-2, not for region-1');
      const said = ['--name', 'x', '--disk-format', 'raw', '--os', 'debian', '--os-version', '12', '--min-disk', '1'];
      expect(await brought(join(directory, 'disk.raw'), '--project', 'nobody', ...said)).toContain('no project nobody');
      expect(await sut.alice.ownImages()).toEqual([]);
    },
  );
});
