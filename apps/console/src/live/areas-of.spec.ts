import type { EventEnvelope } from '@imago/contracts';
import { expect, it } from 'vitest';
import { areasOf } from './areas-of.ts';

it.each([
  ['/imago/catalog', {}, ['events', 'operations', 'images']],
  ['/imago/sharing', {}, ['events', 'operations', 'images', 'shares']],
  ['/imago/compute', { job: {} }, ['events', 'operations', 'servers', 'jobs']],
  ['/imago/import', { job: {} }, ['events', 'operations', 'jobs']],
  ['/imago/of-tomorrow', null, ['events', 'operations']],
])('an event of %s with %j concerns %j', (source, data, areas) => {
  expect([...areasOf({ source, data } as EventEnvelope)]).toEqual(areas);
});
