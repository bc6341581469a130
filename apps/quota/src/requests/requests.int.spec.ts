import { randomUUID } from 'node:crypto';
import {
  DecideQuotaRequest,
  ListQuotaRequests,
  type QuotaRequestRecord,
  type RequestOf,
  ReserveImage,
  type ResponseOf,
  ShowQuotaRequest,
  ShowQuotas,
  SubmitQuotaRequest,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogFor, type QuotaUnderTest, REGIONS, startQuota, tenant } from '../../test/quota-under-test.ts';
import { someImage } from '../../test/some-places.ts';

type Wish = Partial<RequestOf<typeof SubmitQuotaRequest>>;

describe('asking for more', () => {
  let quota: QuotaUnderTest;

  beforeAll(async () => {
    quota = await startQuota({ QUOTA_DEFAULT_IMAGES: '1' });
  });
  afterAll(() => quota.close());

  const operator = (name = 'operators'): RequestContext => tenant(name, ['admin', 'member', 'reader']);

  async function submit(context: RequestContext, wish: Wish = {}): Promise<QuotaRequestRecord> {
    const asked = { request_id: randomUUID(), region: REGIONS[0], resource: 'images' as const };
    const request = { ...asked, requested_limit: 2, reason: 'a second image', ...wish };
    return (await quota.ask(SubmitQuotaRequest, request, context)).request;
  }

  async function decide(
    { id }: Pick<QuotaRequestRecord, 'id'>,
    said: Partial<RequestOf<typeof DecideQuotaRequest>> = {},
    as = operator(),
  ): Promise<QuotaRequestRecord> {
    const decision = {
      request_id: id,
      region: REGIONS[0],
      decision: 'approved' as const,
      comment: null,
      special: false,
    };
    return (await quota.ask(DecideQuotaRequest, { ...decision, ...said }, as)).request;
  }

  it('helps at once when it is approved, and both sides can read it afterwards', async () => {
    const project = tenant(randomUUID());
    const reserve = (): Promise<unknown> =>
      quota.ask(ReserveImage, someImage(project.project_id), catalogFor(project.project_id));
    await reserve();
    await expect(reserve()).rejects.toMatchObject({ code: 'quota.images_exceeded' });
    const request = await submit(project);
    expect(request).toMatchObject({ state: 'submitted', current_limit: 1, requested_limit: 2, decided_at: null });
    expect(await decide(request, { comment: 'granted' })).toMatchObject({ state: 'approved', comment: 'granted' });
    await reserve();
    await expect(reserve()).rejects.toMatchObject({ code: 'quota.images_exceeded', details: { limit: 2 } });
    const shown = await quota.ask(ShowQuotaRequest, { request_id: request.id, region: REGIONS[0] }, project);
    expect(shown.request).toMatchObject({ state: 'approved', decided_by: 'user-of-operators' });
    await eventually(() => {
      expect(quota.recorder.typesAbout(request.id)).toEqual(['QuotaRequestSubmitted', 'QuotaRequestApproved']);
    });
  });

  it.each<[string, Wish, string]>([
    ['no more than there is', { requested_limit: 1 }, 'quota_request.not_higher'],
    ['an absurd number', { requested_limit: 100_001 }, 'quota_request.too_high'],
    [
      'more members than anybody has',
      { resource: 'members_per_image', requested_limit: 1001 },
      'quota_request.too_high',
    ],
    ['more where there is nothing', { region: 'nowhere' }, 'region.not_found'],
  ])('is refused for %s', async (_what, wish, code) => {
    await expect(submit(tenant(randomUUID()), wish)).rejects.toMatchObject({ code });
  });

  it('is for members, once at a time for each limit, whoever asks at the same moment', async () => {
    const project = tenant(randomUUID());
    await expect(submit({ ...project, roles: ['reader'] })).rejects.toMatchObject({ code: 'auth.forbidden' });
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => submit(project)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(submit(project)).rejects.toMatchObject({ code: 'quota_request.open' });
    await submit(project, { resource: 'storage_gib', requested_limit: 30_000 });
    await submit(project, { region: REGIONS[1] });
  });

  it('answers the same request again with what became of it', async () => {
    const project = tenant(randomUUID());
    const request_id = randomUUID();
    const first = await submit(project, { request_id });
    expect(await submit(project, { request_id })).toEqual(first);
    await decide(first, { decision: 'rejected' });
    expect(await submit(project, { request_id })).toMatchObject({ id: first.id, state: 'rejected' });
    await expect(submit(tenant(randomUUID()), { request_id })).rejects.toMatchObject({
      code: 'request.idempotency_conflict',
    });
  });

  it.each<[string, Wish]>([
    ['another number', { requested_limit: 3 }],
    ['another reason', { reason: 'a third image' }],
    ['another limit', { resource: 'storage_gib', requested_limit: 30_000 }],
  ])('is not taken for the same request when it says %s', async (_what, wish) => {
    const project = tenant(randomUUID());
    const request_id = randomUUID();
    const first = await submit(project, { request_id });
    await expect(submit(project, { request_id, ...wish })).rejects.toMatchObject({
      code: 'request.idempotency_conflict',
    });
    expect(await submit(project, { request_id })).toEqual(first);
  });

  it('never lowers a limit that has grown meanwhile', async () => {
    const project = tenant(randomUUID());
    const request = await submit(project);
    await quota.db.query('UPDATE quota.limits SET maximum = 5 WHERE project_id = $1', [project.project_id]);
    await decide(request);
    const { quotas } = await quota.ask(ShowQuotas, { project_id: project.project_id, region: REGIONS[0] }, project);
    expect(quotas[0]).toMatchObject({ resource: 'images', limit: 5 });
  });

  it('is decided once, by an operator, and by nobody for themselves', async () => {
    const request = await submit(tenant(randomUUID()));
    const nobody = tenant(randomUUID());
    await expect(decide(request, {}, nobody)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await decide(request, { decision: 'rejected', comment: 'no' });
    await decide(request, { decision: 'rejected', comment: 'no' }); // the same word again
    await expect(decide(request)).rejects.toMatchObject({ code: 'quota_request.decided' });
    await expect(decide(request, { decision: 'rejected' }, operator('others'))).rejects.toMatchObject({
      code: 'quota_request.decided',
    });
    const own = await submit(operator('themselves'));
    await expect(decide(own, {}, operator('themselves'))).rejects.toMatchObject({ code: 'quota_request.own' });
    await expect(decide({ id: randomUUID() })).rejects.toMatchObject({ code: 'quota_request.not_found' });
  });

  it('has one winner when two operators decide at the same moment', async () => {
    const request = await submit(tenant(randomUUID()));
    const answers = await Promise.allSettled([
      decide(request, {}, operator('one')),
      decide(request, { decision: 'rejected' }, operator('other')),
    ]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('for more members than usual needs a special word', async () => {
    const wish = { resource: 'members_per_image' as const, requested_limit: 150 };
    const request = await submit(tenant(randomUUID()), wish);
    await expect(decide(request)).rejects.toMatchObject({ code: 'quota_request.special' });
    expect(await decide(request, { special: true })).toMatchObject({ state: 'approved' });
  });

  it('is seen by those who asked and by operators, and by nobody else', async () => {
    const project = tenant(randomUUID());
    const request = await submit(project);
    const stranger = tenant(randomUUID());
    const at = { request_id: request.id, region: REGIONS[0] };
    await expect(quota.ask(ShowQuotaRequest, at, stranger)).rejects.toMatchObject({ code: 'quota_request.not_found' });
    const list = async (context: RequestContext, project_id: string | null = null): Promise<string[]> => {
      const query = { region: REGIONS[0], project_id, state: null, limit: 1000, marker: null };
      return (await quota.ask(ListQuotaRequests, query, context)).requests.map(({ id }) => id);
    };
    expect(await list(project)).toEqual([request.id]);
    expect(await list(stranger)).toEqual([]);
    await expect(list(stranger, project.project_id)).rejects.toMatchObject({ code: 'quota_request.not_found' });
    expect(await list(operator())).toContain(request.id);
    expect(await list(operator(), project.project_id)).toEqual([request.id]);
  });

  it('is listed newest first, a page at a time, and not from a place that is none', async () => {
    const project = tenant(randomUUID());
    const resources = ['images', 'members_per_image', 'storage_gib'] as const;
    const ids: string[] = [];
    for (const resource of resources)
      ids.unshift(
        (
          await submit(project, {
            resource,
            requested_limit: 100_000 - 99_000 * Number(resource === 'members_per_image'),
          })
        ).id,
      );
    const page = (limit: number, marker: string | null, as = project): Promise<ResponseOf<typeof ListQuotaRequests>> =>
      quota.ask(ListQuotaRequests, { region: REGIONS[0], project_id: null, state: null, limit, marker }, as);
    const first = await page(2, null);
    expect(first.requests.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const rest = await page(2, first.next_marker);
    expect([rest.requests.map(({ id }) => id), rest.next_marker]).toEqual([ids.slice(2), null]);
    await expect(page(2, randomUUID())).rejects.toMatchObject({ code: 'request.invalid' });
    const others = (await submit(tenant(randomUUID()))).id;
    await expect(page(2, others)).rejects.toMatchObject({ code: 'request.invalid' });
  });
});
