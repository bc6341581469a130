import type { EventEnvelope } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import type { Request } from 'express';
import { describe, expect, it } from 'vitest';
import { isWanted, startOf, type StreamQuery, streamQuery } from './stream-query.ts';

const event = {
  type: 'ImageReady',
  subject: 'i-1',
  projectid: 'p-a',
  region: 'r',
  audience: 'p-a,p-b',
} as EventEnvelope;

function wanted(query: object, project_id: string, roles: RequestContext['roles'] = ['reader'], region = 'r'): boolean {
  const context = { project_id, roles } as RequestContext;
  return isWanted(event, streamQuery.parse(query), { region, context });
}

describe('the events somebody follows', () => {
  it('are those told to their project, in this region', () => {
    expect(wanted({}, 'p-a')).toBe(true);
    expect(wanted({}, 'p-b')).toBe(true);
    expect(wanted({}, 'p-c')).toBe(false);
    expect(wanted({}, 'p')).toBe(false);
    expect(wanted({}, 'p-a', ['reader'], 'other')).toBe(false);
    expect(wanted({}, 'p-op', ['admin'])).toBe(true);
  });

  it.each([
    [{ type: 'ImageReady' }, true],
    [{ type: ['ImageFailed', 'ImageReady'] }, true],
    [{ type: 'ImageFailed' }, false],
    [{ subject: 'i-1' }, true],
    [{ subject: 'i-2' }, false],
    [{ project_id: 'p-a' }, true],
    [{ project_id: 'p-b' }, false],
  ])('and asked for by %j: %j', (query, isSo) => {
    expect(wanted(query, 'p-a')).toBe(isSo);
  });
});

describe('the place where a stream begins', () => {
  function start(query: Partial<StreamQuery>, header?: string): unknown {
    return startOf(streamQuery.parse(query), { get: () => header } as unknown as Request);
  }

  it('is now, a time, or after an event: the header of a browser that comes back counts most', () => {
    expect(start({})).toBe('now');
    expect(start({ since: '2026-03-01T00:00:00Z' })).toEqual({ since: new Date('2026-03-01T00:00:00Z') });
    expect(start({ last_event_id: '7' })).toEqual({ after: '7' });
    expect(start({ last_event_id: '7', since: '2026-03-01T00:00:00Z' }, '9')).toEqual({ after: '9' });
  });

  it.each(['-1', '1e9', '9'.repeat(20), 'first'])('is none called %s', (id) => {
    expect(() => start({}, id)).toThrow('no such place');
    expect(streamQuery.safeParse({ last_event_id: id }).success).toBe(false);
  });
});
