import { randomUUID } from 'node:crypto';
import { type BootProof, type ImageRecord, refusal } from '@imago/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { anImage } from '../../test/records.ts';

const PROOF: BootProof = {
  status: 'not_proven',
  code: 'silent',
  seen: 'There was nothing on the serial console.',
  remedy: 'Add console=ttyS0 to the command line of its kernel.',
  attempted_at: '2026-01-02T03:04:05.000Z',
  seconds: 300,
  serial_log: 'SeaBIOS\n',
};

describe('whether an image boots', () => {
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

  function booted(image: ImageRecord): ImageRecord {
    gateway.world.proofs.set(image.id, PROOF);
    return image;
  }

  const proofOf = ({ id }: Pick<ImageRecord, 'id'>): string => `/v1/images/${id}/boot-proof`;

  function prove({ id }: Pick<ImageRecord, 'id'>, as: Person, headers: Record<string, string> = {}): Promise<Response> {
    return gateway.ask(`/v1/images/${id}/boot-proofs`, as, { method: 'POST', headers });
  }

  it('is found out by a job, at a place that can be read at once, and cancelled there', async () => {
    const image = thereIs();
    const response = await prove(image, 'alice', { 'idempotency-key': 'key-1' });
    expect(response.status).toBe(202);
    const job = await readJson(response);
    expect(job).toMatchObject({ type: 'boot_proof', image_id: image.id, project_id: 'p-a' });
    expect(response.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
    expect(gateway.servers.proofs).toMatchObject([
      { request: { image_id: image.id, region: 'region-1', idempotency_key: 'key-1' }, context: { project_id: 'p-a' } },
    ]);
    const cancelled = await gateway.ask(`/v1/jobs/${job.id}/cancel`, 'alice', { method: 'POST' });
    expect(cancelled.status).toBe(202);
  });

  it('is for its owner to find out, and refused as its service says', async () => {
    const image = thereIs();
    expect((await prove(image, 'reader')).status).toBe(403);
    expect((await prove(image, 'bob')).status).toBe(404);
    expect((await prove({ id: 'no-id' }, 'alice')).status).toBe(404);
    expect((await prove(thereIs({ visibility: 'public' }), 'bob')).status).toBe(403);
    gateway.servers.refuseOrders = refusal('server.image_unusable', 'It is a data disk.');
    expect((await prove(image, 'alice')).status).toBe(400);
    gateway.servers.refuseOrders = null;
  });

  it('is told as it was seen, to who may have the image, and is hidden with it', async () => {
    const image = booted(thereIs());
    const response = await gateway.ask(proofOf(image), 'reader');
    expect(response.status).toBe(200);
    await expect(readJson(response)).resolves.toEqual({ image_id: image.id, ...PROOF });
    for (const path of [proofOf(image), proofOf({ id: randomUUID() }), proofOf({ id: 'no-id' })]) {
      const hidden = await gateway.ask(path, 'bob');
      expect([hidden.status, (await readJson(hidden)).code]).toEqual([404, 'image.not_found']);
    }
    expect((await gateway.ask(proofOf(booted(thereIs({ visibility: 'public' }))), 'bob')).status).toBe(200);
    const never = await gateway.ask(proofOf(thereIs()), 'alice');
    expect([never.status, (await readJson(never)).code]).toEqual([404, 'image.boot_not_attempted']);
  });
});
