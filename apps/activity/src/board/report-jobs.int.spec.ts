import { type JobReport, ReportJobs } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ActivityUnderTest, operator, REGION, startActivity, tenant } from '../../test/activity-under-test.ts';
import { jobFact, newImage } from '../../test/facts.ts';

const MINUTE = 60_000;

let activity: ActivityUnderTest;

beforeAll(async () => {
  activity = await startActivity();
});
afterAll(() => activity.close());

function report(region = REGION, context: RequestContext = operator()): Promise<JobReport> {
  return activity.ask(ReportJobs, { region }, context);
}

it('counts what is open and what has ended within a day, why it failed, and what was done in each hour', async () => {
  const now = new Date();
  const created_at = new Date(now.getTime() - MINUTE).toISOString();
  const finished_at = now.toISOString();
  const before = new Date(now.getTime() - 25 * 60 * MINUTE).toISOString();
  const done = { created_at, finished_at, bytes_done: '7', bytes_total: '9007199254740993' };
  const facts = [
    jobFact(newImage(), 'running', 2, { created_at, updated_at: before }),
    jobFact(newImage(), 'running', 2, { created_at, updated_at: finished_at }),
    jobFact(newImage(), 'queued', 2, { created_at: before, updated_at: before }),
    jobFact(newImage(), 'succeeded', 2, done),
    jobFact(newImage(), 'succeeded', 2, { ...done, bytes_total: null }),
    jobFact(newImage(), 'failed', 2, { created_at, finished_at }),
    jobFact(newImage(), 'failed', 2, { created_at: before, finished_at: before }),
    jobFact(newImage('p-a', 'region-2'), 'failed', 2, { created_at, finished_at }),
  ];
  await activity.applied(...(await activity.import.publish(...facts)));
  const { since, ...figures } = await report();
  const hour = new Date(Math.floor(now.getTime() / (60 * MINUTE)) * 60 * MINUTE).toISOString();
  expect(figures).toEqual({
    open: [
      { type: 'import', state: 'queued', jobs: 1, silent: 0 },
      { type: 'import', state: 'running', jobs: 2, silent: 1 },
    ],
    ended: [
      { type: 'import', state: 'failed', code: 'image.empty', jobs: 1 },
      { type: 'import', state: 'succeeded', code: null, jobs: 2 },
    ],
    throughput: [{ hour, type: 'import', jobs: 2, bytes: '9007199254741000' }],
  });
  expect(Date.parse(since)).toBeLessThan(Date.parse(created_at));
});

it('is of one region, and for operators', async () => {
  expect(await report('region-9')).toMatchObject({ open: [], ended: [], throughput: [] });
  await expect(report(REGION, tenant('p-any'))).rejects.toMatchObject({ code: 'auth.forbidden' });
});
