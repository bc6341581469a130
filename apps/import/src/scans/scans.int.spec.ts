import { randomUUID } from 'node:crypto';
import { CancelImageScan, type ImageScan, type JobView, RequestImageScan, type ShownImage } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import type { JobRunner } from '@imago/jobs';
import { eicarTestFile, SAMPLE_SIGNATURE } from '@imago/infra';
import { tinyDisk } from '@imago/readiness/testing';
import { eventually, testEnvironment } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { OTHER_PROJECT, REGION, tenant } from '../../test/requests.ts';
import type { ScanData, ScanInput } from './scan-job.ts';
import { SCAN_RUNNER } from './scan-jobs.ts';

const CLEAN = { 'etc/os-release': 'ID=debian\n', 'etc/cloud/cloud.cfg': 'users: [default]\n' };
const INFECTED = { ...CLEAN, 'root/eicar.com': eicarTestFile() };

describe('a scan of an image', () => {
  let imports: ImportUnderTest;
  let environment: Awaited<ReturnType<typeof testEnvironment<{ scanner: true }>>>;

  beforeAll(async () => {
    environment = await testEnvironment({ scanner: true });
    if (environment.scanner === null) throw new Error('ClamAV cannot be had here: the start of the servers said why');
    const { clamd, bubblewrap, signatures } = environment.scanner;
    imports = await startImport({
      IMPORT_SCAN_CLAMD: clamd,
      IMPORT_SCAN_BUBBLEWRAP: bubblewrap,
      IMPORT_SCAN_SIGNATURES: signatures,
    });
  });
  afterAll(async () => {
    await imports.close();
    await environment.close();
  });

  const stored = (
    files: Record<string, string | Buffer> = CLEAN,
    said: Partial<ShownImage> = {},
  ): Promise<ShownImage> => imports.stored.add(imports.store, tinyDisk(files, 2 ** 20), said);

  const request = async (image_id: string, as?: RequestContext, key: string | null = null): Promise<JobView> =>
    (await imports.ask(RequestImageScan, { image_id, region: REGION, idempotency_key: key }, as)).job;

  /** What is told of a scan once it has ended. */
  async function told(image_id: string): Promise<{ types: string[]; scan: ImageScan | undefined; job: JobView }> {
    return eventually(() => {
      const events = imports.recorder.about(image_id);
      const last = events.at(-1);
      if (!/Scanned|Failed|Cancelled/.test(last?.type ?? ''))
        throw new Error(`the last event is ${last?.type ?? 'none'}`);
      const data = last?.data as { scan?: ImageScan; job: JobView };
      return { types: events.map(({ type }) => type), scan: data.scan, job: data.job };
    });
  }

  it('is a job that names malware with its path, whatever project of its owner’s asks', async () => {
    const { id } = await stored(INFECTED);
    const job = await request(id);
    expect(job).toMatchObject({ type: 'scan', state: 'queued', image_id: id });
    const { scan, types, job: ended } = await told(id);
    expect(ended).toMatchObject({ id: job.id, state: 'succeeded' });
    expect([types[0], types.at(-1)]).toEqual(['ImageScanRequested', 'ImageScanned']);
    expect(scan).toMatchObject({
      status: 'infected',
      malware: [{ signature: SAMPLE_SIGNATURE, where: 'the disk', path: '/root/eicar.com' }],
      initialisation_component: 'cloud-init',
    });
  });

  it('is for the project the image belongs to, and for operators', async () => {
    const { id } = await stored();
    await expect(request(id, tenant(OTHER_PROJECT))).rejects.toMatchObject({ code: 'image.not_found' });
    await expect(request(id, tenant(undefined, ['reader']))).rejects.toMatchObject({ code: 'auth.forbidden' });
    const shown = await stored(CLEAN, { visibility: 'public' });
    await expect(request(shown.id, tenant(OTHER_PROJECT))).rejects.toMatchObject({ code: 'auth.forbidden' });
    await request(id, tenant('operators', ['admin']));
    expect((await told(id)).scan).toMatchObject({ status: 'clean', secret_count: 0 });
  });

  it('is refused of what has no disk that could be scanned by itself', async () => {
    const refused = async (said: Partial<ShownImage>, code: string): Promise<void> => {
      const { id } = await stored(CLEAN, said);
      await expect(request(id)).rejects.toMatchObject({ code });
    };
    await refused({ status: 'importing' }, 'image.not_active');
    await refused({ disk_format: 'iso' }, 'server.image_unusable');
    await refused({ machine_image_id: randomUUID() }, 'image.part_of_machine');
    await expect(request(randomUUID())).rejects.toMatchObject({ code: 'image.not_found' });
  });

  it('looks at every disk of a full machine', async () => {
    const data = await stored({ 'srv/eicar.com': eicarTestFile() });
    const disk = { image_id: data.id, position: 1, size_gib: 1, size: null, checksum: null };
    const machine = await stored(CLEAN, { image_type: 'full_machine', data_disks: [disk] });
    await request(machine.id);
    expect((await told(machine.id)).scan).toMatchObject({
      malware: [{ where: 'data disk 1, the disk', path: '/srv/eicar.com' }],
      file_systems: [{ where: 'the disk' }, { where: 'data disk 1, the disk' }],
    });
  });

  it('says that an image is not scanned whose bytes the store has lost', async () => {
    const { id } = await stored();
    const { object } = imports.stored.find('image.get', id, tenant());
    await imports.store.deleteMany([object.key]);
    await request(id);
    expect((await told(id)).scan).toMatchObject({ status: 'not_scanned', code: 'disk_unreadable' });
  });

  it('is made once at a time: whoever asks meanwhile is answered with the job there is', async () => {
    const { id } = await stored();
    const [one, other] = await Promise.all([request(id, tenant(), 'a key'), request(id)]);
    expect(new Set([one.id, other.id]).size).toBe(1);
    await told(id);
    expect(imports.recorder.about(id).filter(({ type }) => type === 'ImageScanRequested')).toHaveLength(1);
  });

  it('ends with its image, and is cancelled by its owner alone', async () => {
    const image = await stored();
    const ended = await request(image.id);
    await told(image.id);
    const cancel = (job_id: string, as?: RequestContext) => imports.ask(CancelImageScan, { job_id }, as);
    await expect(cancel(ended.id)).rejects.toMatchObject({ code: 'job.wrong_state' });
    await expect(cancel(ended.id, tenant(OTHER_PROJECT))).rejects.toMatchObject({ code: 'job.not_found' });
    await expect(cancel(randomUUID())).rejects.toMatchObject({ code: 'job.not_found' });
    await imports.app.get<JobRunner<ScanInput, ScanData>>(SCAN_RUNNER).stop(); // from here on they wait
    const [waiting, deleted] = [await stored(), await stored()];
    const job = await request(waiting.id);
    await request(deleted.id);
    expect((await cancel(job.id)).job.state).toBe('cancelled');
    await imports.deleteImage(deleted);
    for (const { id } of [waiting, deleted]) expect((await told(id)).types.at(-1)).toBe('ImageScanCancelled');
  });
});
