import { randomUUID } from 'node:crypto';
import { ConfirmApplied, ImageRegisteredV1, ListImageEvents, ShowJob } from '@imago/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityUnderTest, REGION, startActivity, tenant } from '../../test/activity-under-test.ts';
import { imageFact, jobFact, newImage } from '../../test/facts.ts';

describe('waiting for one’s own writes', () => {
  let activity: ActivityUnderTest;

  beforeAll(async () => {
    activity = await startActivity(2);
  });
  afterAll(() => activity.close());

  async function isApplied(event_ids: string[], wait_ms: number): Promise<boolean> {
    return (await activity.ask(ConfirmApplied, { event_ids, wait_ms }, tenant('somebody'))).applied;
  }

  it('ends when the next read shows them, whichever replica applied and whichever is asked', async () => {
    for (let version = 2; version < 32; version++) {
      const image = newImage();
      const context = tenant(image.project);
      const [registered = ''] = await activity.catalog.publish(imageFact(image, ImageRegisteredV1, 1));
      const [requested = ''] = await activity.import.publish(jobFact(image, 'queued', version));
      expect(await isApplied([registered, requested], 2000)).toBe(true);
      const [{ job }, { events }] = await Promise.all([
        activity.ask(ShowJob, { job_id: image.job, region: REGION }, context),
        activity.ask(ListImageEvents, { image_id: image.id, region: REGION, limit: 10, after: null }, context),
      ]);
      expect(job).toMatchObject({ id: image.job, version });
      expect(events.map(({ id }) => id).sort()).toEqual([registered, requested].sort());
    }
  });

  it('ends at once when all are applied, and when there is nothing to wait for', async () => {
    const image = newImage();
    const [id = ''] = await activity.catalog.publish(imageFact(image, ImageRegisteredV1, 1));
    await activity.applied(id);
    expect(await isApplied([id], 0)).toBe(true);
    expect(await isApplied([id.toUpperCase(), id], 0)).toBe(true);
    expect(await isApplied([], 0)).toBe(true);
  });

  it('says no when one of them does not come in time', async () => {
    const image = newImage();
    const [id = ''] = await activity.catalog.publish(imageFact(image, ImageRegisteredV1, 1));
    await activity.applied(id);
    expect(await isApplied([id, randomUUID()], 50)).toBe(false);
    expect(await isApplied([randomUUID()], 0)).toBe(false);
  });

  it('leaves room for readers: more who wait than it takes are told no at once', async () => {
    const image = newImage();
    const [id = ''] = await activity.import.publish(jobFact(image, 'queued', 2));
    await activity.applied(id);
    const outcomes: string[] = [];
    const ask = async (): Promise<void> => {
      expect(await isApplied([randomUUID()], 2000)).toBe(false);
      outcomes.push('no');
    };
    const waiting = Array.from({ length: 40 }, ask);
    await activity.ask(ShowJob, { job_id: image.job, region: REGION }, tenant(image.project));
    outcomes.push('read');
    await Promise.all(waiting);
    expect(outcomes.indexOf('read')).toBeLessThan(outcomes.length - 10);
  });
});
