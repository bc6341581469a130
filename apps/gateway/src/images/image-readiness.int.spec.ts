import { randomUUID } from 'node:crypto';
import { type GeneralizationReport, type ImageRecord, type ReadinessReport } from '@imago/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { anImage } from '../../test/records.ts';

const EXAMINED_AT = '2026-01-02T03:04:05.000Z';
const REPORT: ReadinessReport = {
  status: 'problem',
  points: [
    {
      point: 'fstab',
      status: 'problem',
      seen: '/dev/sdb1 is mounted at start.',
      where: '/etc/fstab:3',
      remedy: 'Use the UUID of the file system.',
    },
  ],
  operating_system: null,
  partition_table: 'gpt',
  file_systems: [{ where: 'partition 1', type: 'ext4', uuid: null }],
  bytes_read: 4096,
};

describe('the readiness of an image', () => {
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

  function examined(image: ImageRecord): ImageRecord {
    gateway.world.reports.set(image.id, { report: REPORT, examined_at: EXAMINED_AT });
    return image;
  }

  const pathOf = ({ id }: Pick<ImageRecord, 'id'>): string => `/v1/images/${id}/readiness`;

  it('is told as it was found, with the time of it', async () => {
    const image = examined(thereIs());
    const response = await gateway.ask(pathOf(image), 'reader');
    expect(response.status).toBe(200);
    await expect(readJson(response)).resolves.toEqual({ image_id: image.id, examined_at: EXAMINED_AT, ...REPORT });
  });

  it('is for who may see the image, and of a public one for everybody', async () => {
    const image = examined(thereIs());
    for (const path of [pathOf(image), pathOf({ id: randomUUID() }), pathOf({ id: 'no-id' })]) {
      const response = await gateway.ask(path, 'bob');
      expect(response.status).toBe(404);
      await expect(readJson(response)).resolves.toMatchObject({ code: 'image.not_found' });
    }
    expect((await gateway.ask(`/regions/region-2${pathOf(image)}`, 'alice')).status).toBe(404);
    expect((await gateway.ask(pathOf(examined(thereIs({ visibility: 'public' }))), 'bob')).status).toBe(200);
  });

  it('is said to be missing where nobody has examined the image, and what to do', async () => {
    const response = await gateway.ask(pathOf(thereIs()), 'alice');
    expect(response.status).toBe(404);
    await expect(readJson(response)).resolves.toMatchObject({
      code: 'image.not_examined',
      remedy: expect.stringContaining('imported') as string,
    });
  });

  it('has beside it what was changed in the image, and says when nobody asked for that', async () => {
    const image = thereIs();
    const path = `/v1/images/${image.id}/generalization`;
    const unasked = await gateway.ask(path, 'alice');
    expect(unasked.status).toBe(404);
    await expect(readJson(unasked)).resolves.toMatchObject({
      code: 'image.not_generalized',
      remedy: expect.stringContaining('generalize') as string,
    });
    const report = {
      changes: [{ point: 'machine_id', path: '/etc/machine-id', was: 'an id', now: 'empty' }],
      left: [],
      not_listed: 0,
    } satisfies GeneralizationReport;
    gateway.world.generalizations.set(image.id, { report, generalized_at: EXAMINED_AT });
    const response = await gateway.ask(path, 'reader');
    expect(response.status).toBe(200);
    await expect(readJson(response)).resolves.toEqual({ image_id: image.id, generalized_at: EXAMINED_AT, ...report });
    expect((await gateway.ask(path, 'bob')).status).toBe(404);
  });
});
