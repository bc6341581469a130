import { type ImageRecord, type ImageScan } from '@imago/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { anImage } from '../../test/records.ts';

const SCAN: ImageScan = {
  status: 'clean',
  code: null,
  seen: 'No malware was found in 2 files of 1 file systems.',
  remedy: 'Make the image anew without the secrets that are named before you share it.',
  malware: [],
  malware_count: 0,
  secrets: [{ kind: 'private_key', where: 'partition 1', path: '/root/.ssh/id_ed25519' }],
  secret_count: 1,
  gaps: [],
  gap_count: 0,
  file_systems: [{ where: 'partition 1', type: 'ext4', files: 2, bytes: '1024' }],
  files: 2,
  bytes: '1024',
  initialisation_component: 'cloud-init',
  engine: { version: 'ClamAV 1.4.3', database_built_at: '2026-01-02T03:04:05.000Z' },
  seconds: 1.5,
  scanned_at: '2026-01-02T03:04:05.000Z',
};

describe('the scan of an image', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  function thereIs(change: Partial<ImageRecord> = {}): ImageRecord {
    const image = anImage(change);
    gateway.world.images.set(image.id, image);
    return image;
  }

  function scanned(image: ImageRecord): ImageRecord {
    gateway.world.scans.set(image.id, SCAN);
    return image;
  }

  const scanOf = ({ id }: Pick<ImageRecord, 'id'>): string => `/v1/images/${id}/scan`;

  function scan({ id }: Pick<ImageRecord, 'id'>, as: Person, headers: Record<string, string> = {}): Promise<Response> {
    return gateway.ask(`/v1/images/${id}/scans`, as, { method: 'POST', headers });
  }

  it('is made by a job, at a place that can be read at once, and cancelled there', async () => {
    const image = thereIs();
    const response = await scan(image, 'alice', { 'idempotency-key': 'key-1' });
    expect(response.status).toBe(202);
    const job = await readJson(response);
    expect(job).toMatchObject({ type: 'scan', image_id: image.id, project_id: 'p-a' });
    expect(response.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
    expect(gateway.world.scansWanted).toEqual([{ image_id: image.id, region: 'region-1', idempotency_key: 'key-1' }]);
    const cancelled = await gateway.ask(`/v1/jobs/${job.id}/cancel`, 'alice', { method: 'POST' });
    expect(cancelled.status).toBe(202);
  });

  it('is for its owner to ask for', async () => {
    const image = thereIs();
    expect((await scan(image, 'reader')).status).toBe(403);
    expect((await scan(image, 'bob')).status).toBe(404);
    expect((await scan({ id: 'no-id' }, 'alice')).status).toBe(404);
    expect((await scan(thereIs({ visibility: 'public' }), 'bob')).status).toBe(403);
  });

  it('is told as it is to its owner, and to nobody else', async () => {
    const image = scanned(thereIs());
    const response = await gateway.ask(scanOf(image), 'reader');
    expect(response.status).toBe(200);
    await expect(readJson(response)).resolves.toEqual({ image_id: image.id, ...SCAN });
    const hidden = await gateway.ask(scanOf(image), 'bob');
    expect([hidden.status, (await readJson(hidden)).code]).toEqual([404, 'image.not_found']);
    expect((await gateway.ask(scanOf(scanned(thereIs({ visibility: 'public' }))), 'bob')).status).toBe(403);
    const never = await gateway.ask(scanOf(thereIs()), 'alice');
    expect([never.status, (await readJson(never)).code]).toEqual([404, 'image.not_scanned']);
  });
});
