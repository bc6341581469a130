import type { EventEnvelope } from '@imago/contracts';
import { expect, it } from 'vitest';
import { areasOf } from './areas-of.ts';

it.each([
  ['/imago/catalog', {}, ['events', 'images']],
  ['/imago/sharing', {}, ['events', 'images', 'shares']],
  ['/imago/compute', { job: {} }, ['events', 'servers', 'jobs']],
  ['/imago/import', { job: {} }, ['events', 'jobs']],
  ['/imago/of-tomorrow', null, ['events']],
])('an event of %s with %j concerns %j', (source, data, areas) => {
  expect([...areasOf({ source, data } as EventEnvelope)]).toEqual(areas);
});
