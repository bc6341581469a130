import type { JobType } from '@imago/contracts';
import { expect, it } from 'vitest';
import { retryOf } from './retry-job.ts';

it.each<[JobType, string | null]>([
  ['import', '/images/new?source=file'],
  ['capture', '/images/new?source=server'],
  ['server', '/servers/new?image=i1'],
  ['export', '/images/i1'],
  ['digest', null],
])('a failed %s is asked for again at %s', (type, place) => {
  expect(retryOf({ type, state: 'failed', image_id: 'i1' })).toBe(place);
});

it('is nothing for a job that has not failed', () => {
  for (const state of ['queued', 'running', 'cancelling', 'succeeded'] as const)
    expect(retryOf({ type: 'import', state, image_id: 'i1' })).toBeNull();
});
