import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JobView, refusal, RequestOfflineImport } from '@imago/contracts';
import { eicarTestFile } from '@imago/infra';
import { keyId, signManifest } from '@imago/offline-bundle';
import { tinyDisk } from '@imago/readiness/testing';
import { testEnvironment } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import { importOf, OTHER_PROJECT, PROJECT, REGION, tenant } from '../../test/requests.ts';

type Request = (typeof RequestOfflineImport)['request']['_input'];
type BundleOrder = Extract<Request['order'], { type: 'bundle' }>;

const MIB = 2 ** 20;
const CLEAN = { 'etc/os-release': 'ID=debian\n' };
const { facts } = importOf('none', 'none');
const press = generateKeyPairSync('ed25519');
/** Its own project is the first, and it imports for the other. */
const operator = () => tenant(PROJECT, ['admin', 'member']);

function sha512(bytes: Buffer): string {
  return createHash('sha512').update(bytes).digest('hex');
}

describe('an import by an operator on behalf of a project', () => {
  let imports: ImportUnderTest;
  let environment: Awaited<ReturnType<typeof testEnvironment<{ scanner: true }>>>;
  let directory: string;

  beforeAll(async () => {
    environment = await testEnvironment({ scanner: true });
    if (environment.scanner === null) throw new Error('ClamAV cannot be had here: the start of the servers said why');
    directory = await mkdtemp(join(tmpdir(), 'imago-bundle-keys-'));
    const keys = join(directory, 'keys.pem');
    await writeFile(keys, press.publicKey.export({ type: 'spki', format: 'pem' }));
    const { clamd, bubblewrap, signatures } = environment.scanner;
    imports = await startImport({
      IMPORT_BUNDLE_KEYS_FILE: keys,
      IMPORT_SCAN_CLAMD: clamd,
      IMPORT_SCAN_BUBBLEWRAP: bubblewrap,
      IMPORT_SCAN_SIGNATURES: signatures,
    });
    await imports.hire();
  });
  afterEach(() => {
    imports.catalog.refuseRegistration = null;
  });
  afterAll(async () => {
    await imports.close();
    await environment.close();
    await rm(directory, { recursive: true });
  });

  /** The operator puts the file into its own bucket. */
  async function put(file: Buffer): Promise<Request['source']> {
    const object = randomUUID();
    await imports.files.put(object, file);
    return { type: 'bucket', bucket: imports.bucket, object };
  }

  async function ask(request: Partial<Request>, context = operator()): Promise<JobView> {
    const whole = { region: REGION, idempotency_key: null, unscanned_reason: null, ...request };
    return (await imports.ask(RequestOfflineImport, whole as Request, context)).job;
  }

  function fileOrder(file: Buffer): Request['order'] {
    return {
      type: 'file',
      project_id: OTHER_PROJECT,
      sha512: sha512(file),
      disk_format: 'raw',
      compression: null,
      facts,
    };
  }

  function bundleOrder(file: Buffer, change: object = {}): BundleOrder {
    const manifest = JSON.stringify({
      imago_bundle: 1,
      created_at: '2026-11-01T00:00:00.000Z',
      signer: keyId(press.publicKey),
      region: REGION,
      project_id: OTHER_PROJECT,
      file: { name: 'disk.raw', size: file.length, sha512: sha512(file) },
      image: { ...facts, disk_format: 'raw', compression: null },
      ...change,
    });
    return { type: 'bundle', manifest, signature: signManifest(manifest, press.privateKey) };
  }

  /** How the job of a file ends, and what is told of it. */
  async function imported(file: Buffer, request: Partial<Request> = {}) {
    const { id } = await ask({ source: await put(file), order: fileOrder(file), ...request });
    const events = await imports.looks.eventsOf(id);
    const { state, error, phase } = await imports.looks.job(id);
    return { id, state, code: error?.code ?? null, details: error?.details, phase, events };
  }

  it('is scanned before the image is there, which is the project’s; it is told who, from what, and on whose word', async () => {
    const file = tinyDisk(CLEAN, MIB);
    const { id, state, events } = await imported(file, { order: bundleOrder(file) });
    expect(state).toBe('succeeded');
    const job = await imports.looks.job(id);
    expect(job).toMatchObject({ project_id: OTHER_PROJECT, actor: operator().user_id });
    expect(imports.catalog.registered.get(job.image_id ?? '')).toMatchObject({
      owner: OTHER_PROJECT,
      visibility: 'private',
      agreement: { accepted_by: operator().user_id },
    });
    const types = events.map(({ type }) => type).filter((type) => !type.endsWith('Progressed'));
    expect(types).toEqual([
      ...['ImageImportRequested', 'OfflineImportRequested', 'ImageExamined', 'ImageScanned', 'ImageImported'],
    ]);
    const order = events.find(({ type }) => type === 'OfflineImportRequested');
    expect(order).toMatchObject({
      audience: OTHER_PROJECT,
      actor: operator().user_id,
      data: {
        offline: {
          ordered_by: operator().user_id,
          sha512: sha512(file),
          signer: keyId(press.publicKey),
          unscanned_reason: null,
        },
      },
    });
    expect(events.find(({ type }) => type === 'ImageScanned')?.data).toMatchObject({ scan: { status: 'clean' } });
  });

  it('of malware fails, whatever was said beforehand, and names it with its path', async () => {
    const file = tinyDisk({ ...CLEAN, 'root/eicar.com': eicarTestFile() }, MIB);
    const { state, code, details } = await imported(file, { unscanned_reason: 'we know what it is' });
    expect({ state, code }).toEqual({ state: 'failed', code: 'import.malware_found' });
    expect(details).toMatchObject({ found: { path: '/root/eicar.com' } });
  });

  it('of what cannot be scanned fails, unless a reason was given, which is recorded', async () => {
    const file = Buffer.alloc(MIB, 'no file system');
    expect(await imported(file)).toMatchObject({ state: 'failed', code: 'import.not_scanned' });
    const { state, events } = await imported(file, { unscanned_reason: 'an appliance without files' });
    expect(state).toBe('succeeded');
    const order = events.find(({ type }) => type === 'OfflineImportRequested');
    expect(order?.data).toMatchObject({ offline: { unscanned_reason: 'an appliance without files', signer: null } });
  });

  it('of another file than was said fails: by its length at once, by its bytes when they are read', async () => {
    const [file, other] = [tinyDisk(CLEAN, MIB), tinyDisk({ ...CLEAN, more: 'more' }, MIB)];
    const order = bundleOrder(file);
    const shorter = ask({ source: await put(file.subarray(0, 1000)), order });
    await expect(shorter).rejects.toMatchObject({ code: 'bundle.file_mismatch' });
    expect(await imported(file, { source: await put(other), order })).toMatchObject({
      state: 'failed',
      code: 'import.checksum_mismatch',
    });
  });

  it.each([
    [
      'signed by nobody we know',
      'bundle.signer_unknown',
      (file: Buffer) => bundleOrder(file, { signer: '0'.repeat(64) }),
    ],
    [
      'changed after it was signed',
      'bundle.signature_invalid',
      (file: Buffer) => {
        const order = bundleOrder(file);
        return { ...order, manifest: order.manifest.replace(OTHER_PROJECT, PROJECT) };
      },
    ],
    [
      'with a signature of something else',
      'bundle.signature_invalid',
      (file: Buffer) => ({ ...bundleOrder(file), signature: bundleOrder(file, { project_id: PROJECT }).signature }),
    ],
    ['for another region', 'bundle.region_mismatch', (file: Buffer) => bundleOrder(file, { region: 'region-9' })],
    [
      'with a way to another file',
      'bundle.manifest_invalid',
      (file: Buffer) => bundleOrder(file, { file: { name: '../disk', size: file.length, sha512: sha512(file) } }),
    ],
  ])('of a bundle %s is refused, and nothing is left', async (_what, code, order) => {
    const file = tinyDisk(CLEAN, MIB);
    const [before]: { count: string }[] = await imports.db.query('SELECT count(*) FROM import.jobs');
    await expect(ask({ source: await put(file), order: order(file) })).rejects.toMatchObject({ code });
    expect(await imports.db.query('SELECT count(*) FROM import.jobs')).toEqual([before]);
  });

  it('is refused beyond the quota of that project, and to who is no operator', async () => {
    const file = tinyDisk(CLEAN, MIB);
    const request = { source: await put(file), order: fileOrder(file) };
    for (const context of [tenant(PROJECT), tenant(OTHER_PROJECT)])
      await expect(ask(request, context)).rejects.toMatchObject({ code: 'auth.forbidden' });
    imports.catalog.refuseRegistration = refusal('quota.images_exceeded', 'No place is left.', { limit: 10, used: 10 });
    await expect(ask(request)).rejects.toMatchObject({ code: 'quota.images_exceeded' });
    const theirs = { type: 'bucket' as const, bucket: imports.otherBucket, object: 'theirs' };
    await expect(ask({ ...request, source: theirs })).rejects.toMatchObject({ code: 'import.bucket_not_found' });
  });

  it('asked for again is the same one, and has nothing to do with the keys the project uses itself', async () => {
    const file = tinyDisk(CLEAN, MIB);
    const request = { source: await put(file), order: fileOrder(file), idempotency_key: 'one' };
    const first = await ask(request);
    expect((await ask(request)).id).toBe(first.id);
    const other = ask({ ...request, unscanned_reason: 'another word' });
    await expect(other).rejects.toMatchObject({ code: 'request.idempotency_conflict' });
    await imports.looks.ended(first.id);
  });
});
