import { randomUUID } from 'node:crypto';
import {
  defineEvent,
  type JobOnBoard,
  anyJobView as jobViewSchema,
  ListJobs,
  type RequestOf,
  ShowJob,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ActivityUnderTest, operator, REGION, startActivity, tenant } from '../../test/activity-under-test.ts';
import { jobFact, jobView, newImage, type TestImage } from '../../test/facts.ts';
import type { Fact } from '../../test/neighbours.ts';

describe('the board', () => {
  let activity: ActivityUnderTest;

  beforeAll(async () => {
    activity = await startActivity();
  });
  afterAll(() => activity.close());

  async function told(...facts: Fact[]): Promise<string[]> {
    const ids = await activity.import.publish(...facts);
    await activity.applied(...ids);
    return ids;
  }

  const show = async (image: TestImage, context = tenant(image.project)): Promise<JobOnBoard> =>
    (await activity.ask(ShowJob, { job_id: image.job, region: image.region }, context)).job;

  interface Page {
    readonly jobs: readonly JobOnBoard[];
    readonly next_marker: string | null;
  }

  type Wanted = Partial<RequestOf<typeof ListJobs>>;

  function list(context: RequestContext, wanted: Wanted = {}): Promise<Page> {
    const everything = { region: REGION, limit: 1000, marker: null, state: null, type: null, image_id: null };
    return activity.ask(ListJobs, { ...everything, ...wanted }, context);
  }

  const idsOf = ({ jobs }: Page): string[] => jobs.map(({ id }) => id);

  /** So many jobs of one project, each a second younger than the one before. */
  async function jobsOf(project: string, count: number, region = REGION): Promise<TestImage[]> {
    const images = Array.from({ length: count }, () => newImage(project, region));
    const facts = images.map((image, index) => {
      const created_at = new Date(Date.UTC(2026, 1, 1, 0, 0, index)).toISOString();
      return jobFact(image, 'running', 2, { created_at });
    });
    await told(...facts);
    return images;
  }

  describe('one job', () => {
    it('is shown as its owner told of it', async () => {
      const image = newImage();
      const changes = { bytes_done: '9007199254740993', bytes_total: '9223372036854775807', rate: '5', eta: 9 };
      await told(jobFact(image, 'running', 3, changes));
      expect(await show(image)).toEqual({
        ...jobView(image, 'running', 3, changes),
        queue_position: null,
        result: null,
      });
    });

    it.each([{ order: [2, 3, 4, 5] }, { order: [5, 4, 3, 2] }, { order: [3, 5, 2, 4] }, { order: [5, 2, 5, 3, 5, 4] }])(
      'is shown at its newest version when its versions arrive as $order',
      async ({ order }) => {
        const image = newImage();
        const fact = (version: number): Fact =>
          version === 5
            ? jobFact(image, 'failed', 5)
            : jobFact(image, 'running', version, { bytes_done: `${version}` });
        await told(...order.map(fact));
        expect(await show(image)).toMatchObject({
          version: 5,
          state: 'failed',
          error: { code: 'image.empty', phase: 'inspect' },
        });
      },
    );

    it('stays as it is when an event of it comes again', async () => {
      const image = newImage();
      const [first = ''] = await told(jobFact(image, 'queued', 2), jobFact(image, 'succeeded', 8));
      await activity.db.query('DELETE FROM activity.inbox WHERE message_id = $1', [first]);
      await activity.import.republish(first);
      await told(jobFact(newImage(), 'queued', 2)); // the events of import come one after another
      expect(await show(image)).toMatchObject({ state: 'succeeded', version: 8 });
    });

    it('is shown whatever the type of the event that tells of it', async () => {
      const image = newImage();
      const paused = defineEvent('import', 'ImageImportDelayed', 3, z.object({ job: jobViewSchema }));
      const { id: subject, project: project_id, region } = image;
      await told({ event: paused, subject, project_id, region, data: { job: jobView(image, 'queued', 4) } });
      expect(await show(image)).toMatchObject({ state: 'queued', version: 4 });
    });

    it('is its project’s and the operator’s; for everybody else, and in other regions, there is no such job', async () => {
      const image = newImage();
      await told(jobFact(image, 'running', 2));
      for (const context of [tenant(image.project, ['reader']), operator(), tenant('any', ['service'])]) {
        expect(await show(image, context)).toMatchObject({ id: image.job });
      }
      await expect(show(image, tenant(randomUUID()))).rejects.toMatchObject({ code: 'job.not_found' });
      await expect(show(image, tenant(image.project, []))).rejects.toMatchObject({ code: 'auth.forbidden' });
      const elsewhere = { ...image, region: 'region-2' };
      await expect(show(elsewhere)).rejects.toMatchObject({ code: 'job.not_found' });
      await expect(show(elsewhere, operator())).rejects.toMatchObject({ code: 'job.not_found' });
      await expect(show(newImage(), operator())).rejects.toMatchObject({ code: 'job.not_found' });
    });
  });

  describe('a place in the queue', () => {
    it('counts the jobs of the same type and region that were there before and still wait', async () => {
      const region = 'region-queue';
      const [first, second, third, other] = ['a', 'b', 'a', 'b'].map((project) => newImage(project, region));
      if (!first || !second || !third || !other) throw new Error('four images');
      const at = (second_: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second_)).toISOString();
      await told(
        jobFact(third, 'queued', 2, { created_at: at(3) }),
        jobFact(first, 'queued', 2, { created_at: at(1) }),
        jobFact(second, 'queued', 2, { created_at: at(2) }),
        jobFact(other, 'queued', 2, { created_at: at(0), type: 'export' }),
        jobFact(newImage('b', 'region-other'), 'queued', 2, { created_at: at(0) }),
      );
      const places = async (): Promise<(number | null)[]> =>
        Promise.all([first, second, third, other].map(async (image) => (await show(image)).queue_position));
      expect(await places()).toEqual([1, 2, 3, 1]);
      const { jobs } = await list(operator(), { region });
      expect(jobs.map(({ id, queue_position }) => [id, queue_position])).toEqual([
        [third.job, 3],
        [second.job, 2],
        [first.job, 1],
        [other.job, 1],
      ]);
      expect((await list(tenant('b'), { region })).jobs.map((job) => job.queue_position)).toEqual([2, 1]);

      await told(jobFact(first, 'running', 3, { created_at: at(1) }));
      expect(await places()).toEqual([null, 1, 2, 1]);
      expect((await list(tenant('a'), { region })).jobs.map((job) => job.queue_position)).toEqual([2, null]);
    });
  });

  describe('a list', () => {
    it('has the jobs of the caller’s project, newest first; an operator’s has everybody’s', async () => {
      const [mine, others] = [randomUUID(), randomUUID()];
      const [older, newer] = await jobsOf(mine, 2);
      const [other] = await jobsOf(others, 1);
      expect(idsOf(await list(tenant(mine)))).toEqual([newer?.job, older?.job]);
      expect(idsOf(await list(tenant(others, ['reader'])))).toEqual([other?.job]);
      expect(idsOf(await list(operator()))).toEqual(expect.arrayContaining([newer?.job, older?.job, other?.job]));
      expect(await list(tenant(randomUUID()))).toEqual({ jobs: [], next_marker: null });
      await expect(list(tenant(mine, []))).rejects.toMatchObject({ code: 'auth.forbidden' });
    });

    it.each([1, 2, 3, 7, 8])('is walked by pages of %d without a gap and without a repetition', async (limit) => {
      const project = randomUUID();
      const all = (await jobsOf(project, 7)).map(({ job }) => job).reverse();
      const walked: string[] = [];
      for (let marker: string | null = null; ;) {
        const page: Page = await list(tenant(project), { limit, marker });
        expect(page.jobs.length).toBeLessThanOrEqual(limit);
        walked.push(...idsOf(page));
        if (page.next_marker === null) break;
        marker = page.next_marker;
      }
      expect(walked).toEqual(all);
    });

    it('is walked without a repetition while new jobs come', async () => {
      const project = randomUUID();
      const [oldest, middle] = await jobsOf(project, 3);
      const { next_marker } = await list(tenant(project), { limit: 1 });
      await told(jobFact(newImage(project), 'running', 2, { created_at: '2026-12-31T00:00:00.000Z' }));
      expect(idsOf(await list(tenant(project), { marker: next_marker }))).toEqual([middle?.job, oldest?.job]);
    });

    it('keeps apart jobs of the same instant', async () => {
      const project = randomUUID();
      const images = Array.from({ length: 5 }, () => newImage(project));
      await told(...images.map((image) => jobFact(image, 'running', 2)));
      const first = await list(tenant(project), { limit: 2 });
      const rest = await list(tenant(project), { marker: first.next_marker });
      expect([...idsOf(first), ...idsOf(rest)].sort()).toEqual(images.map(({ job }) => job).sort());
    });

    it('is of those of a state, of a type, of an image, or of all three', async () => {
      const project = randomUUID();
      const [failed, queued, exported] = [newImage(project), newImage(project), newImage(project)];
      await told(
        jobFact(failed, 'failed', 2),
        jobFact(queued, 'queued', 2),
        jobFact(exported, 'failed', 2, { type: 'export' }),
      );
      for (const context of [tenant(project), operator()]) {
        const own = async (wanted: Wanted): Promise<string[]> =>
          (await list(context, wanted)).jobs.filter((job) => job.project_id === project).map(({ id }) => id);
        expect((await own({ state: 'failed' })).sort()).toEqual([failed.job, exported.job].sort());
        expect(await own({ type: 'export' })).toEqual([exported.job]);
        expect(await own({ image_id: queued.id })).toEqual([queued.job]);
        expect(await own({ state: 'failed', type: 'import' })).toEqual([failed.job]);
        expect(await own({ state: 'queued', type: 'import', image_id: failed.id })).toEqual([]);
      }
      expect(idsOf(await list(tenant(randomUUID()), { image_id: queued.id }))).toEqual([]);
    });

    it('does not begin after a job the caller cannot see, or after none at all', async () => {
      const mine = randomUUID();
      await jobsOf(mine, 1);
      const [other] = await jobsOf(randomUUID(), 1);
      for (const marker of [other?.job ?? '', randomUUID()]) {
        await expect(list(tenant(mine), { marker })).rejects.toMatchObject({ code: 'request.invalid' });
      }
      await expect(list(operator(), { marker: other?.job ?? '' })).resolves.toMatchObject({ jobs: expect.any(Array) });
    });

    it('is cut where an answer would get too large, and goes on from there', async () => {
      const project = randomUUID();
      const images = Array.from({ length: 30 }, () => newImage(project));
      const bulky = { ...jobView(newImage(), 'failed', 2).error, details: { note: 'x'.repeat(50_000) } };
      await told(...images.map((image) => jobFact(image, 'running', 2, { error: bulky as JobOnBoard['error'] })));
      const first = await list(tenant(project));
      expect(first.jobs.length).toBeLessThan(30);
      const rest = await list(tenant(project), { marker: first.next_marker });
      expect(first.jobs.length + rest.jobs.length).toBe(30);
      expect(rest.next_marker).toBeNull();
    });
  });
});
