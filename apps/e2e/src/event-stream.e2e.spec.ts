import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventSource, type Followed } from '../test/event-source.ts';
import { Sharing } from '../test/sharing.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import type { ImageDocument } from '../test/tenant.ts';

describe('the stream of events', () => {
  let sut: SystemUnderTest;
  const open: EventSource[] = [];

  beforeAll(async () => {
    sut = await systemFor('event-stream');
  });
  afterAll(async () => {
    for (const source of open) await source.leave();
    await sut.close();
  });

  async function follow(...args: Parameters<typeof EventSource.open>): Promise<EventSource> {
    const source = await EventSource.open(...args);
    open.push(source);
    return source;
  }

  async function makeImages(many: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < many; n++) {
      const { body } = await sut.alice.ask<ImageDocument>('POST', '/v2/images', { name: `followed ${n}` });
      ids.push(body.id);
    }
    return ids;
  }

  /** What the log has for one project, in its order. */
  async function logged(project: string): Promise<readonly string[]> {
    const { rows } = await sut.db.query<{ id: string }>(
      'SELECT id FROM activity.log WHERE $1 = ANY(audience) ORDER BY cursor',
      [project],
    );
    return rows.map(({ id }) => id);
  }

  function idsOf(followed: readonly Followed[]): readonly string[] {
    return followed.map(({ event }) => event.id);
  }

  it('tells a tenant what happens to its images as it happens, and nobody else', async () => {
    const [alice, bob, operator] = await Promise.all([sut.alice, sut.bob, sut.operator].map((who) => follow(who)));
    const sharing = new Sharing(sut.alice, sut);
    const id = await sharing.activeImage('told live');
    for (const source of [alice, operator]) await source?.has('ImageReady', id);
    await sharing.share(id, [sut.bob.user.project_id]);
    await bob?.has('ImageShared', id);
    expect(bob?.events.map(({ event }) => event.type)).toEqual(['ImageShared']);
    expect(bob?.events[0]?.event).not.toHaveProperty('audience');
    const only = await follow(sut.alice, `?type=ImageDeleted&subject=${id}`);
    await sut.alice.delete(id);
    await only.has('ImageDeleted', id);
    expect(only.events).toHaveLength(1);
  });

  it('gives who comes back what was missed, in order, each once: as the log has it', async () => {
    const since = `?since=${new Date(Date.now() - 3_600_000).toISOString()}`;
    const first = await follow(sut.alice, since);
    const [before] = await makeImages(1);
    await first.has('ImageRegistered', before ?? '');
    await first.leave();
    const missed = await makeImages(20);
    const last = first.events.at(-1)?.id ?? '';
    const second = await follow(sut.alice, '', last);
    for (const id of missed) await second.has('QuotaReserved', id);
    const whole = await follow(sut.alice, since);
    await eventually(async () => {
      const wanted = await logged(sut.alice.user.project_id);
      const put = (ids: readonly string[]): readonly string[] => [...ids].sort();
      expect(put(idsOf([...first.events, ...second.events]))).toEqual(put(wanted));
      expect(idsOf(whole.events)).toEqual(idsOf([...first.events, ...second.events]));
    });
    const places = [...first.events, ...second.events].map(({ id }) => Number(id));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(new Set(places).size).toBe(places.length);
  });

  it('is refused for a place it does not have, and for more streams than a project may follow', async () => {
    expect((await sut.alice.ask('GET', '/v1/events?last_event_id=first')).status).toBe(400);
    expect((await sut.alice.ask('GET', '/v1/events?since=yesterday')).status).toBe(400);
    for (const source of open.splice(0)) await source.leave();
    await eventually(async () => {
      const sources = [];
      for (let n = 0; n < 10; n++) sources.push(await EventSource.open(sut.bob));
      open.push(...sources);
    });
    const { status, body } = await sut.bob.ask<{ code: string }>('GET', '/v1/events');
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'event.too_many_streams' });
  });
});
