import { randomUUID } from 'node:crypto';
import { type EventEnvelope, ImageDeletedV1, ImageReadyV1, ImageRegisteredV1, ListAudit } from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityUnderTest, operator, REGION, startActivity, tenant } from '../../test/activity-under-test.ts';
import { imageFact, newImage } from '../../test/facts.ts';
import type { Fact } from '../../test/neighbours.ts';

describe('the audit of a region', () => {
  let activity: ActivityUnderTest;

  beforeAll(async () => {
    activity = await startActivity();
  });
  afterAll(() => activity.close());

  interface Asked {
    readonly region?: string;
    readonly types?: string[];
    readonly project_id?: string;
    readonly subject?: string;
    readonly order?: 'asc' | 'desc';
    readonly limit?: number;
    readonly after?: string | null;
  }

  async function page(
    asked: Asked,
    context: RequestContext = operator(),
  ): Promise<{ readonly events: EventEnvelope[]; readonly next: string | null }> {
    const usual = { region: REGION, project_id: null, types: [], subject: null, order: 'asc' as const };
    return activity.ask(ListAudit, { ...usual, limit: 1000, after: null, ...asked }, context);
  }

  /** All of them, by pages. */
  async function all(asked: Asked, context: RequestContext = operator()): Promise<string[]> {
    const ids: string[] = [];
    for (let after: string | null = null; ;) {
      const { events, next } = await page({ ...asked, after }, context);
      ids.push(...events.map(({ id }) => id));
      if (next === null) return ids;
      after = next;
    }
  }

  async function told(...facts: Fact[]): Promise<string[]> {
    const ids = await activity.catalog.publish(...facts);
    await activity.applied(...ids);
    return ids;
  }

  interface Story {
    readonly region: string;
    readonly ids: readonly string[];
    readonly images: readonly string[];
    readonly projects: readonly string[];
  }

  /** Three images, one after the other, in a region of their own: registered, ready, deleted. */
  async function someStory(): Promise<Story> {
    const region = `region-${randomUUID().slice(0, 8)}`;
    const images = [1, 2, 3].map(() => newImage(randomUUID(), region));
    const events = [ImageRegisteredV1, ImageReadyV1, ImageDeletedV1];
    const facts = images.flatMap((image) => events.map((event, place) => imageFact(image, event, place + 1)));
    const ids: string[] = [];
    for (const fact of facts) ids.push(...(await told(fact))); // those of several images overtake each other
    return { region, ids, images: images.map(({ id }) => id), projects: images.map(({ project }) => project) };
  }

  it('come in the order of the log, each once, however small the pages are', async () => {
    const { region, ids } = await someStory();
    for (const limit of [1000, 9, 4, 1]) expect(await all({ region, limit })).toEqual(ids);
  });

  it('come of some types alone, and each once when a type is named twice', async () => {
    const { region, ids } = await someStory();
    const of = (...places: readonly number[]): string[] => ids.filter((_id, place) => places.includes(place % 3));
    for (const limit of [1000, 2]) {
      expect(await all({ region, limit, types: ['ImageReady'] })).toEqual(of(1));
      expect(await all({ region, limit, types: ['ImageDeleted', 'ImageRegistered'] })).toEqual(of(0, 2));
      expect(await all({ region, limit, types: ['ImageReady', 'ImageReady'] })).toEqual(of(1));
    }
    expect(await all({ region, types: ['ImageShared'] })).toEqual([]);
  });

  it('are those of the region asked, and none after the last', async () => {
    const [mine, other] = [await someStory(), await someStory()];
    expect(await all({ region: mine.region })).not.toContain(other.ids[0]);
    expect(await page({ region: mine.region, after: '9'.repeat(18) })).toEqual({ events: [], next: null });
  });

  it('come the newest first when they are asked for so', async () => {
    const { region, ids } = await someStory();
    const newest = ids.toReversed();
    for (const limit of [1000, 4, 1]) expect(await all({ region, limit, order: 'desc' })).toEqual(newest);
    const ready = newest.filter((_id, place) => place % 3 === 1);
    expect(await all({ region, limit: 1, order: 'desc', types: ['ImageReady'] })).toEqual(ready);
  });

  it('are everything for operators and services, also as one project is told', async () => {
    const { region, ids, projects } = await someStory();
    const service = serviceContext('quota', randomUUID(), randomUUID());
    for (const context of [operator(), service]) {
      expect(await all({ region }, context)).toEqual(ids);
      expect(await all({ region, project_id: projects[1] }, context)).toEqual(ids.slice(3, 6));
    }
  });

  it('are for a project what it is told, whatever it asks for', async () => {
    const { region, ids, projects } = await someStory();
    const [mine = '', other = ''] = projects;
    for (const roles of [['reader'], ['member', 'reader']] as const) {
      const context = tenant(mine, [...roles]);
      for (const limit of [1000, 1]) expect(await all({ region, limit }, context)).toEqual(ids.slice(0, 3));
      expect(await all({ region, types: ['ImageReady', 'ImageDeleted'] }, context)).toEqual(ids.slice(1, 3));
      expect(await all({ region, project_id: mine }, context)).toEqual(ids.slice(0, 3));
      await expect(page({ region, project_id: other }, context)).rejects.toMatchObject({ code: 'request.not_found' });
    }
    await expect(page({ region }, tenant(mine, []))).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect(await all({ region }, tenant(randomUUID()))).toEqual([]);
  });

  it('are told to every project in the audience once, and to none of them when it is empty', async () => {
    const [image, friend, region] = [newImage(), randomUUID(), `region-${randomUUID().slice(0, 8)}`];
    const fact = imageFact({ ...image, region }, ImageReadyV1, 1);
    const [shared = ''] = await told({ ...fact, audience: [image.project, friend, friend] });
    const [secret = ''] = await told({ ...imageFact({ ...image, region }, ImageDeletedV1, 2), audience: [] });
    for (const project of [image.project, friend]) expect(await all({ region }, tenant(project))).toEqual([shared]);
    expect(await all({ region })).toEqual([shared, secret]);
  });

  it('come of one thing, to those who see it', async () => {
    const { region, ids, images, projects } = await someStory();
    const [mine = '', other = ''] = projects;
    const subject = images[0];
    expect(await all({ region, subject, limit: 2 })).toEqual(ids.slice(0, 3));
    expect(await all({ region, subject, types: ['ImageReady'] }, tenant(mine))).toEqual([ids[1]]);
    expect(await all({ region, subject }, tenant(other))).toEqual([]);
  });

  it('are not gone on with from a place no log could have', async () => {
    await expect(page({ after: '9'.repeat(40) })).rejects.toMatchObject({ code: 'request.invalid' });
  });
});
