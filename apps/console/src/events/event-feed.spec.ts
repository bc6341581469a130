import { eventually } from '@imago/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../gateway/problem.ts';
import { EventFeed, type EventFeedOptions, KEPT } from './event-feed.ts';
import type { StreamPlace } from './stream-place.ts';

const START: StreamPlace = { after: null, since: '2026-11-01T00:00:00.000Z' };
const EVERYTHING = { types: [], project: '', subject: '' };
/** The server's word that one may come back at once. */
const AT_ONCE = 'retry: 1\n\n';

interface Asked {
  readonly path: string;
  readonly after: string | undefined;
}

function sent(place: number, id = `event-${place}`): string {
  return `id: ${place}\nevent: ImageReady\ndata: ${JSON.stringify({ id, type: 'ImageReady' })}\n\n`;
}

function problem(status: number, code: string): Problem {
  return new Problem({ status, code, detail: code, remedy: null, requestId: null });
}

/** A server that answers one connection after another; the last one stays open, with nothing on it. */
class Server {
  readonly asked: Asked[] = [];
  readonly #answers: readonly (string | Problem)[];

  constructor(...answers: readonly (string | Problem)[]) {
    this.#answers = answers;
  }

  /** What the next connection waits for. */
  gate: Promise<unknown> = Promise.resolve();

  readonly open: EventFeedOptions['open'] = async (path, headers, signal) => {
    await this.gate;
    const answer = this.#answers[this.asked.length];
    this.asked.push({ path, after: headers['last-event-id'] });
    if (answer instanceof Problem) throw answer;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        if (answer === undefined) {
          signal.addEventListener('abort', () => {
            controller.close();
          });
          return;
        }
        // In two parts, so that an event is cut in the middle of a line.
        const bytes = new TextEncoder().encode(AT_ONCE + answer);
        controller.enqueue(bytes.subarray(0, bytes.length - 20));
        controller.enqueue(bytes.subarray(bytes.length - 20));
        controller.close();
      },
    });
    return new Response(body);
  };
}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A feed that follows, and is left when the test ends. */
function follow(server: Server, options: Partial<EventFeedOptions> = {}): EventFeed {
  const feed = new EventFeed({
    filter: EVERYTHING,
    start: START,
    open: server.open,
    expired: () => undefined,
    ...options,
  });
  stops.push(feed.follow());
  return feed;
}

function shown(feed: EventFeed): readonly string[] {
  return feed.state().shown.map(({ place }) => place);
}

describe('the feed of events', () => {
  it('comes back right after the last event when it was cut off', async () => {
    const server = new Server(sent(1) + sent(2), sent(3));
    const feed = follow(server);
    await eventually(() => {
      expect(shown(feed)).toEqual(['3', '2', '1']);
      expect(server.asked).toHaveLength(3);
    });
    expect(server.asked).toEqual([
      { path: `/v1/events?since=${encodeURIComponent(START.since)}`, after: undefined },
      { path: '/v1/events', after: '2' },
      { path: '/v1/events', after: '3' },
    ]);
  });

  it('begins at the same time again when nothing had come', async () => {
    const server = new Server(AT_ONCE, AT_ONCE);
    follow(server);
    await eventually(() => {
      expect(server.asked).toHaveLength(3);
    });
    expect(new Set(server.asked.map(({ path }) => path)).size).toBe(1);
  });

  it('shows an event once, however often it is told', async () => {
    const server = new Server(sent(1) + sent(2, 'event-1'), sent(3, 'event-1') + sent(4));
    const heard: string[] = [];
    const feed = follow(server, { heard: ({ id }) => heard.push(id) });
    await eventually(() => {
      expect(shown(feed)).toEqual(['4', '1']);
    });
    expect(heard).toEqual(['event-1', 'event-4']);
    expect(feed.state().came).toBe(2);
  });

  it('keeps the newest, counts all, and says after which place the kept ones begin', async () => {
    const all = Array.from({ length: KEPT + 3 }, (_, index) => sent(index + 1));
    const places: StreamPlace[] = [];
    const feed = follow(new Server(all.join('')), { moved: (place) => places.push(place) });
    await eventually(() => {
      expect(feed.state().came).toBe(KEPT + 3);
    });
    expect(shown(feed)).toHaveLength(KEPT);
    expect(shown(feed).at(-1)).toBe('4');
    expect(places.at(-1)?.after).toBe('3');
  });

  it('stands still while it is paused, and then shows what came', async () => {
    const server = new Server(sent(1), problem(503, 'service.unavailable'), sent(2));
    const paused = Promise.withResolvers<undefined>();
    const heard = (): void => {
      server.gate = paused.promise;
    };
    const feed = follow(server, { heard });
    await eventually(() => {
      expect(shown(feed)).toEqual(['1']);
    });
    feed.pause();
    paused.resolve(undefined);
    await eventually(() => {
      expect(feed.state()).toMatchObject({ paused: true, unseen: 1, came: 2 });
    });
    expect(shown(feed)).toEqual(['1']);
    feed.resume();
    expect(shown(feed)).toEqual(['2', '1']);
    expect(feed.state()).toMatchObject({ paused: false, unseen: 0 });
  });

  it('does not ask again for what is wrong with the question', async () => {
    const server = new Server(problem(400, 'request.invalid'));
    const feed = follow(server);
    await eventually(() => {
      expect(feed.state()).toMatchObject({ status: 'refused', fault: { code: 'request.invalid' } });
    });
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['an answer', problem(401, 'auth.invalid_token')],
    ['the last event', `event: end\ndata: ${JSON.stringify({ code: 'auth.invalid_token', detail: 'expired' })}\n\n`],
  ])('tells that the token is no longer good, when %s says so', async (_, answer) => {
    const server = new Server(answer);
    const expired: string[] = [];
    const feed = follow(server, { expired: ({ code }) => expired.push(code) });
    await eventually(() => {
      expect(expired).toEqual(['auth.invalid_token']);
    });
    expect(feed.state().status).toBe('refused');
    expect(server.asked).toHaveLength(1);
  });

  it('comes back to a gateway that stops', async () => {
    const bye = `event: end\ndata: ${JSON.stringify({ code: 'service.unavailable', detail: 'bye' })}\n\n`;
    const server = new Server(sent(1) + bye, sent(2));
    const feed = follow(server);
    await eventually(() => {
      expect(shown(feed)).toEqual(['2', '1']);
    });
    expect(server.asked[1]).toEqual({ path: '/v1/events', after: '1' });
  });

  it('asks for what is wanted', async () => {
    const server = new Server();
    follow(server, { filter: { types: ['ImageReady', 'ImageFailed'], project: 'p-a', subject: 'i-1' } });
    await eventually(() => {
      expect(server.asked).toHaveLength(1);
    });
    const { searchParams } = new URL(server.asked[0]?.path ?? '', 'http://gateway');
    expect(searchParams.getAll('type')).toEqual(['ImageReady', 'ImageFailed']);
    expect(Object.fromEntries(searchParams)).toMatchObject({ project_id: 'p-a', subject: 'i-1', since: START.since });
  });
});
