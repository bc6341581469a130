import { randomUUID } from 'node:crypto';
import { GetLimit, ReserveImage, type ResponseOf, ShowQuotas } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogFor, type QuotaUnderTest, REGIONS, startQuota, tenant } from '../../test/quota-under-test.ts';

describe('showing quotas', () => {
  let quota: QuotaUnderTest;

  beforeAll(async () => {
    quota = await startQuota({ QUOTA_DEFAULT_IMAGES: '3' });
  });
  afterAll(() => quota.close());

  function show(
    project: string,
    region: string | null,
    context: RequestContext = tenant(project),
  ): Promise<ResponseOf<typeof ShowQuotas>> {
    return quota.ask(ShowQuotas, { project_id: project, region }, context);
  }

  async function projectWithOneImage(): Promise<string> {
    const project = randomUUID();
    const place = { image_id: randomUUID(), project_id: project, region: REGIONS[1] };
    await quota.ask(ReserveImage, place, catalogFor(project));
    return project;
  }

  it('answers the figures of one region or of every one, also where nothing was ever used', async () => {
    const project = await projectWithOneImage();
    const figures = REGIONS.map((region, index) => [
      { project_id: project, region, resource: 'images', limit: 3, used: index },
      { project_id: project, region, resource: 'members_per_image', limit: 10, used: null },
      { project_id: project, region, resource: 'storage_gib', limit: 20_480, used: 0 },
    ]);
    expect(await show(project, null)).toEqual({ quotas: figures.flat() });
    expect(await show(project, REGIONS[1])).toEqual({ quotas: figures[1] });
    expect(await show(project, REGIONS[1], tenant(project, ['reader']))).toEqual({ quotas: figures[1] });
  });

  it("is for the project's own people, and for operators", async () => {
    const project = await projectWithOneImage();
    await expect(show(project, null, tenant(randomUUID()))).rejects.toMatchObject({ code: 'request.not_found' });
    await expect(show(project, null, tenant(project, []))).rejects.toMatchObject({ code: 'auth.forbidden' });
    const operator = tenant(randomUUID(), ['admin', 'member', 'reader']);
    expect((await show(project, REGIONS[1], operator)).quotas[0]).toMatchObject({ used: 1 });
  });

  it('answers services a limit they count by themselves, and nobody else', async () => {
    const project = randomUUID();
    const wanted = { project_id: project, region: REGIONS[0], resource: 'members_per_image' as const };
    expect(await quota.ask(GetLimit, wanted, catalogFor(project))).toEqual({ limit: 10 });
    await expect(quota.ask(GetLimit, wanted, tenant(project))).rejects.toMatchObject({ code: 'auth.forbidden' });
  });

  it('refuses a region that is not there', async () => {
    await expect(show(randomUUID(), 'nowhere')).rejects.toMatchObject({ code: 'region.not_found' });
  });
});
