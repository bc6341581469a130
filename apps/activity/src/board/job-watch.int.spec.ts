import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register } from 'prom-client';
import { type ActivityUnderTest, startActivity } from '../../test/activity-under-test.ts';
import { jobFact, newImage } from '../../test/facts.ts';
import { JobWatch } from './job-watch.ts';

const LONG_AGO = '2026-01-01T00:00:00.000Z';

describe('the watch over jobs', () => {
  let activity: ActivityUnderTest;

  beforeAll(async () => {
    activity = await startActivity();
  });
  afterAll(() => activity.close());

  async function figure(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
    const { values = [] } = (await register.getSingleMetric(name)?.get()) ?? {};
    const found = values.find((each) => Object.entries(labels).every(([label, value]) => each.labels[label] === value));
    return found?.value ?? 0;
  }

  it('counts what is open, and what runs and says nothing; what waits or has ended may be silent', async () => {
    const watch = activity.app.get(JobWatch);
    const project = randomUUID();
    const facts = (['running', 'running', 'cancelling', 'queued', 'succeeded'] as const).map((state, index) =>
      jobFact(newImage(project), state, 2, { updated_at: index === 0 ? new Date().toISOString() : LONG_AGO }),
    );
    await activity.applied(...(await activity.import.publish(...facts)));
    await watch.look();
    expect(await figure('jobs_open', { type: 'import', state: 'running' })).toBe(2);
    expect(await figure('jobs_open', { type: 'import', state: 'queued' })).toBe(1);
    expect(await figure('jobs_open', { type: 'import', state: 'succeeded' })).toBe(0);
    expect(await figure('jobs_silent', { type: 'import' })).toBe(2);
  });

  it('forgets those that have ended', async () => {
    const watch = activity.app.get(JobWatch);
    await activity.db.query('UPDATE activity.jobs SET state = $1', ['succeeded']);
    await watch.look();
    expect(await figure('jobs_open', { type: 'import' })).toBe(0);
    expect(await figure('jobs_silent', { type: 'import' })).toBe(0);
  });
});
