import { randomUUID } from 'node:crypto';
import {
  defineEvent,
  type EventEnvelope,
  ImageDeletedV1,
  ImageReadyV1,
  ImageRegisteredV1,
  ImageUpdatedV1,
  ListImageEvents,
  QuotaReservedV1,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { eventually, trials } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ActivityUnderTest, operator, REGION, startActivity, tenant } from '../../test/activity-under-test.ts';
import { imageFact, jobFact, newImage, type TestImage } from '../../test/facts.ts';
import type { Fact } from '../../test/neighbours.ts';

describe('the log', () => {
  let activity: ActivityUnderTest;

  beforeAll(async () => {
    activity = await startActivity(2);
  });
  afterAll(() => activity.close());

  const logged = (id: string): Promise<Record<string, unknown>[]> =>
    activity.db.query('SELECT * FROM activity.log WHERE id = $1', [id]);

  interface Page {
    readonly events: readonly EventEnvelope[];
    readonly next: string | null;
  }

  function page(image: TestImage, context: RequestContext, limit = 1000, after: string | null = null): Promise<Page> {
    return activity.ask(ListImageEvents, { image_id: image.id, region: image.region, limit, after }, context);
  }

  /** All events of an image, by pages. */
  async function history(image: TestImage, context: RequestContext, limit: number): Promise<EventEnvelope[]> {
    const all: EventEnvelope[] = [];
    for (let after: string | null = null; ;) {
      const { events, next } = await page(image, context, limit, after);
      all.push(...events);
      if (next === null) return all;
      after = next;
    }
  }

  async function told(...facts: Fact[]): Promise<string[]> {
    const ids = await activity.catalog.publish(...facts);
    await activity.applied(...ids);
    return ids;
  }

  describe('what is kept', () => {
    it('is the event as it was sent, with who, what, where and when beside it', async () => {
      const image = newImage();
      const [id = ''] = await told({ ...imageFact(image, ImageRegisteredV1, 1), audience: [image.project, 'other'] });
      const [row, ...others] = await logged(id);
      expect(others).toEqual([]);
      const envelope = await activity.catalog.sent(id);
      expect(row).toMatchObject({
        envelope,
        source: '/imago/catalog',
        type: 'ImageRegistered',
        dataversion: 1,
        subject: image.id,
        image_id: image.id,
        sequence: '1',
        project_id: image.project,
        region: REGION,
        audience: [image.project, 'other'],
        actor: 'a-user',
        correlation_id: 'tests',
        time: new Date((JSON.parse(envelope) as EventEnvelope).time),
      });
    });

    it('is every type, also one no contract of this build knows', async () => {
      const image = newImage();
      const teleported = defineEvent('catalog', 'ImageTeleported', 7, z.object({ whither: z.string() }));
      const { id: subject, project: project_id } = image;
      const [id = ''] = await told({ event: teleported, subject, project_id, region: REGION, data: { whither: 'x' } });
      expect(await logged(id)).toMatchObject([{ type: 'ImageTeleported', dataversion: 7 }]);
      const { events } = await page(image, tenant(image.project));
      expect(events).toMatchObject([{ type: 'ImageTeleported', data: { whither: 'x' } }]);
    });

    it('is every byte, also attributes and escapes a database might change', async () => {
      const image = newImage();
      const [id = ''] = await told(imageFact(image, ImageRegisteredV1, 1));
      const odd = JSON.parse(await activity.catalog.sent(id)) as Record<string, unknown>;
      const again = {
        ...odd,
        id: randomUUID(),
        newattribute: 'x',
        type: 'ImageDreamt',
        data: { note: 'a\u0000b\ud800' },
      };
      const text = ` ${JSON.stringify(again)} `;
      await activity.catalog.publishText(again.id, 'catalog.ImageDreamt.v1', text);
      await activity.applied(again.id);
      expect(await logged(again.id)).toMatchObject([{ envelope: text }]);
      expect((await page(image, tenant(image.project))).events).toMatchObject([{}, { data: again.data }]);
    });

    it('is each event once, however often it arrives', async () => {
      const image = newImage();
      const ids = await told(imageFact(image, ImageRegisteredV1, 1), imageFact(image, ImageReadyV1, 2));
      for (const id of [...ids, ...ids]) await activity.catalog.republish(id);
      await told(imageFact(image, ImageDeletedV1, 3));
      const types = (await history(image, operator(), 10)).map(({ type }) => type);
      expect(types).toEqual(['ImageRegistered', 'ImageReady', 'ImageDeleted']);
    });

    it('is each event once, also when it arrives after the inbox has forgotten it', async () => {
      const image = newImage();
      const [id = ''] = await told(imageFact(image, ImageRegisteredV1, 1));
      const forget = 'DELETE FROM activity.inbox WHERE message_id = $1';
      await activity.db.query(forget, [id]);
      await activity.catalog.republish(id);
      await eventually(async () => {
        const [, count]: [unknown, number] = await activity.db.query(forget, [id]);
        expect(count).toBe(1); // it has been here again
      });
      expect(await logged(id)).toHaveLength(1);
    });

    it('shows a cursor only when all smaller ones show: a reader who goes on from one misses nothing', async () => {
      const images = Array.from({ length: 30 }, () => newImage());
      const versions = Array.from({ length: 8 }, (_, index) => index + 1);
      const read: { last: string; count: number }[] = [];
      const end = new AbortController();
      const reading = (async (): Promise<void> => {
        while (!end.signal.aborted) {
          read.push(
            ...(await activity.db.query('SELECT max(cursor) AS last, count(*)::int AS count FROM activity.log')),
          );
        }
      })();
      const facts = versions.flatMap((version) => images.map((image) => imageFact(image, ImageUpdatedV1, version)));
      await told(...facts);
      end.abort();
      await reading;
      expect(new Set(read.map(({ count }) => count)).size).toBeGreaterThan(10); // it did read meanwhile
      for (const { last, count } of read) {
        const upTo = 'SELECT count(*)::int AS count FROM activity.log WHERE cursor <= $1';
        expect(await activity.db.query(upTo, [last])).toEqual([{ count }]);
      }
    });
  });

  describe('the events of one image', () => {
    it('come in order, each once, when there are many and two replicas log them', async () => {
      const image = newImage();
      const last = trials(500);
      const steps = [imageFact(image, ImageRegisteredV1, 1)];
      for (let version = 2; version < last; version++) steps.push(imageFact(image, ImageUpdatedV1, version));
      steps.push(imageFact(image, ImageReadyV1, last));
      const ids = await told(...steps);
      for (const limit of [1000, 90]) {
        expect((await history(image, tenant(image.project), limit)).map(({ id }) => id)).toEqual(ids);
      }
    });

    it('come in the order of their sequence when they arrive in another', async () => {
      const image = newImage();
      const order = [1, 5, 3, 2, 6, 4, 8, 7];
      await told(...order.map((version) => imageFact(image, ImageUpdatedV1, version)));
      for (const limit of [1000, 3]) {
        const sequences = (await history(image, tenant(image.project), limit)).map(({ sequence }) => Number(sequence));
        expect(sequences).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      }
    });

    it('of several services stay as they came, each service’s own in order', async () => {
      const image = newImage();
      const { project: project_id, id: image_id, region } = image;
      const figures = { project_id, region, resource: 'images', limit: 10, used: 1, image_id };
      const reserved = { event: QuotaReservedV1, subject: project_id, project_id, region, data: figures };
      await activity.applied(...(await activity.quota.publish(reserved)));
      await told(imageFact(image, ImageRegisteredV1, 1));
      await activity.applied(...(await activity.import.publish(jobFact(image, 'queued', 2))));
      await told(imageFact(image, ImageUpdatedV1, 2));
      await activity.applied(...(await activity.import.publish(jobFact(image, 'succeeded', 9))));
      await activity.applied(...(await activity.import.publish(jobFact(image, 'running', 5)))); // late
      await told(imageFact(image, ImageReadyV1, 3));
      const types = (await history(image, tenant(project_id), 2)).map(({ type }) => type);
      expect(types).toEqual([
        'QuotaReserved',
        'ImageRegistered',
        'ImageImportRequested',
        'ImageUpdated',
        'ImageImportProgressed',
        'ImageImported',
        'ImageReady',
      ]);
    });

    it('keep two jobs of the image apart: the second begins after the first, though its versions begin anew', async () => {
      const first = newImage();
      const second = { ...first, job: randomUUID() };
      const ids: string[] = [];
      for (const facts of [
        [jobFact(first, 'queued', 2), jobFact(first, 'failed', 7)],
        [jobFact(second, 'queued', 2), jobFact(second, 'succeeded', 6)],
      ]) {
        const told = await activity.import.publish(...facts);
        await activity.applied(...told); // between two jobs the order is that of arrival, and two replicas listen
        ids.push(...told);
      }
      expect((await history(first, tenant(first.project), 10)).map(({ id }) => id)).toEqual(ids);
    });

    it('come in pages as large as an answer may be, however many were asked for', async () => {
      const image = newImage();
      const big = (version: number): Fact => ({
        ...imageFact(image, ImageUpdatedV1, version),
        event: defineEvent('catalog', 'ImageFilled', 1, z.object({ filling: z.string() })),
        data: { filling: 'x'.repeat(60_000) },
      });
      const ids = await told(...Array.from({ length: 40 }, (_, index) => big(index + 1)));
      const { events, next } = await page(image, tenant(image.project));
      expect(events.length).toBeLessThan(40);
      expect(next).not.toBeNull();
      expect((await history(image, tenant(image.project), 1000)).map(({ id }) => id)).toEqual(ids);
    });

    it.each(['0', '12345678901234567890', '9'.repeat(40)])(
      'are not gone on with from a place like %s',
      async (after) => {
        const image = newImage();
        await told(imageFact(image, ImageRegisteredV1, 1));
        await expect(page(image, tenant(image.project), 10, after)).rejects.toMatchObject({ code: 'request.invalid' });
      },
    );

    it('are not gone on with from a place in another image', async () => {
      const [mine, other] = [newImage(), newImage()];
      await told(imageFact(mine, ImageRegisteredV1, 1));
      await told(imageFact(other, ImageRegisteredV1, 1), imageFact(other, ImageReadyV1, 2));
      const { next } = await page(other, tenant(other.project), 1);
      expect(next).not.toBeNull();
      await expect(page(mine, tenant(mine.project), 10, next)).rejects.toMatchObject({ code: 'request.invalid' });
    });
  });

  describe('who sees what', () => {
    const types = async (image: TestImage, context: RequestContext): Promise<string[]> =>
      (await page(image, context)).events.map(({ type }) => type);

    it('a project sees what it is the audience of, another one no such image, an operator everything', async () => {
      const image = newImage();
      const member = randomUUID();
      await told(
        imageFact(image, ImageRegisteredV1, 1),
        { ...imageFact(image, ImageUpdatedV1, 2), audience: [image.project, member] },
        { ...imageFact(image, ImageReadyV1, 3), audience: [] },
      );
      expect(await types(image, tenant(image.project))).toEqual(['ImageRegistered', 'ImageUpdated']);
      expect(await types(image, tenant(image.project, ['reader']))).toEqual(['ImageRegistered', 'ImageUpdated']);
      expect(await types(image, tenant(member))).toEqual(['ImageUpdated']);
      expect(await types(image, operator())).toEqual(['ImageRegistered', 'ImageUpdated', 'ImageReady']);
      await expect(types(image, tenant(randomUUID()))).rejects.toMatchObject({ code: 'image.not_found' });
    });

    it('a project is its whole name: part of one sees nothing', async () => {
      const image = newImage('project-12');
      await told(imageFact(image, ImageRegisteredV1, 1));
      for (const project of ['project-1', 'project', '12', 'project-12,x']) {
        await expect(types(image, tenant(project))).rejects.toMatchObject({ code: 'image.not_found' });
      }
    });

    it('an image is known in its region only', async () => {
      const image = newImage();
      await told(imageFact(image, ImageRegisteredV1, 1));
      const elsewhere = { ...image, region: 'region-2' };
      await expect(types(elsewhere, tenant(image.project))).rejects.toMatchObject({ code: 'image.not_found' });
      await expect(types(elsewhere, operator())).rejects.toMatchObject({ code: 'image.not_found' });
    });

    it('an image nobody ever told of is not found, for operators neither', async () => {
      await expect(types(newImage(), tenant('somebody'))).rejects.toMatchObject({ code: 'image.not_found' });
      await expect(types(newImage(), operator())).rejects.toMatchObject({ code: 'image.not_found' });
    });

    it('a project or a job is no image, though events are about it', async () => {
      const image = newImage();
      const { project: project_id, region } = image;
      const figures = { project_id, region, resource: 'images', limit: 10, used: 1, image_id: image.id };
      const reserved = { event: QuotaReservedV1, subject: project_id, project_id, region, data: figures };
      await activity.applied(...(await activity.quota.publish(reserved)));
      const asImage = { ...image, id: project_id };
      await expect(types(asImage, tenant(project_id))).rejects.toMatchObject({ code: 'image.not_found' });
      expect(await types(image, tenant(project_id))).toEqual(['QuotaReserved']);
    });

    it('somebody without a role in the project may not look', async () => {
      const image = newImage();
      await told(imageFact(image, ImageRegisteredV1, 1));
      await expect(types(image, tenant(image.project, []))).rejects.toMatchObject({ code: 'auth.forbidden' });
      await expect(types(image, tenant(randomUUID(), []))).rejects.toMatchObject({ code: 'image.not_found' });
    });
  });
});
