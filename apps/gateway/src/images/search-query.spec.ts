import { expect, it } from 'vitest';
import { toSearchImages } from './list-query.ts';

it.each([
  [{ search: 'web' }, { search: 'web' }],
  [{ search: '' }, {}],
  [
    { search: 'a:b', os_distro: 'debian' },
    { search: 'a:b', properties: { os_distro: 'debian' } },
  ],
])('images are looked for by %j', (query, filters) => {
  expect(toSearchImages(query, 'region-1').filters).toMatchObject(filters);
  expect(toSearchImages(query, 'region-1').filters.properties).not.toHaveProperty('search');
});

it.each([{ search: ['a', 'b'] }, { search: 'a'.repeat(256) }])('%j is no search', (query) => {
  expect(() => toSearchImages(query, 'region-1')).toThrow(expect.objectContaining({ code: 'request.invalid' }));
});
