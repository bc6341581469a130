import { randomUUID } from 'node:crypto';
import { ListImages } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { toListImages } from './list-query.ts';

const TIME = '2026-11-23T20:51:47Z';
const INSTANT = '2026-11-23T20:51:47.000Z';

/** As Express reads it. */
function asked(query: string) {
  const pairs = new URLSearchParams(query);
  const entries = [...new Set(pairs.keys())].map((key) => {
    const values = pairs.getAll(key);
    return [key, values.length === 1 ? values[0] : values];
  });
  return toListImages(Object.fromEntries(entries), 'region-1');
}

describe('a list is asked for', () => {
  it('without a word: the first 25, in catalog’s order, hidden ones left out', () => {
    const everything = { os_hidden: false, tags: [], properties: {}, ranges: [], times: [] };
    expect(asked('')).toEqual({ region: 'region-1', limit: 25, marker: null, sort: [], filters: everything });
  });

  it.each([
    ['name=web', { name: ['web'] }],
    ['name=eq:web', { name: ['web'] }],
    ['name=a:b', { name: ['a:b'] }],
    ['name=in:a,b', { name: ['a', 'b'] }],
    ['name=in:"a,b",c', { name: ['a,b', 'c'] }],
    ['name=in:"say \\"a\\"",c', { name: ['say "a"', 'c'] }],
    ['status=active', { status: ['active'] }],
    ['status=in:queued,saving', { status: ['queued', 'saving'] }],
    ['id=in:x,y', { id: ['x', 'y'] }],
    ['disk_format=raw', { disk_format: ['raw'] }],
    ['container_format=in:bare,ova', { container_format: ['bare', 'ova'] }],
    ['visibility=all', { visibility: 'all' }],
    ['visibility=community', { visibility: 'community' }],
    ['visibility=shared&member_status=pending', { visibility: 'shared', member_status: 'pending' }],
    ['owner=p-1', { owner: 'p-1' }],
    ['checksum=abc', { checksum: 'abc' }],
    ['os_hash_value=abc', { os_hash_value: 'abc' }],
    ['protected=True', { protected: true }],
    ['os_hidden=true', { os_hidden: true }],
    ['tag=a', { tags: ['a'] }],
    ['tag=a&tag=b&tag=a', { tags: ['a', 'b'] }],
    ['os_distro=debian&a.b=c', { properties: { os_distro: 'debian', 'a.b': 'c' } }],
    ['size_min=5', { ranges: [{ attribute: 'size', minimum: '5', maximum: null }] }],
    ['size_min=5&size_max=9', { ranges: [{ attribute: 'size', minimum: '5', maximum: '9' }] }],
    ['min_ram=512', { ranges: [{ attribute: 'min_ram', minimum: '512', maximum: '512' }] }],
    ['min_disk_max=0', { ranges: [{ attribute: 'min_disk', minimum: null, maximum: '0' }] }],
    [`created_at=${TIME}`, { times: [{ attribute: 'created_at', operator: 'eq', instant: INSTANT }] }],
    [`updated_at=lte:${TIME}`, { times: [{ attribute: 'updated_at', operator: 'lte', instant: INSTANT }] }],
    ['created_at=gt:2026-11-23T20:51:47', { times: [{ attribute: 'created_at', operator: 'gt', instant: INSTANT }] }],
    [
      'created_at=gt:2026-11-23T21:51:47%2B01:00',
      { times: [{ attribute: 'created_at', operator: 'gt', instant: INSTANT }] },
    ],
    [
      `created_at=gte:${TIME}&created_at=lt:${TIME}`,
      {
        times: [
          { attribute: 'created_at', operator: 'gte', instant: INSTANT },
          { attribute: 'created_at', operator: 'lt', instant: INSTANT },
        ],
      },
    ],
  ])('by ?%s', (query, filters) => {
    const request = asked(query);
    expect(request.filters).toEqual({ os_hidden: false, tags: [], properties: {}, ranges: [], times: [], ...filters });
    expect(ListImages.request.parse(request)).toEqual(request);
  });

  it.each([
    ['sort=name', [['name', 'desc']]],
    [
      'sort=name:asc,size',
      [
        ['name', 'asc'],
        ['size', 'desc'],
      ],
    ],
    ['sort=name:asc,name:desc', [['name', 'asc']]],
    ['sort_key=name', [['name', 'desc']]],
    ['sort_dir=asc', [['created_at', 'asc']]],
    [
      'sort_key=name&sort_key=id&sort_dir=asc',
      [
        ['name', 'asc'],
        ['id', 'asc'],
      ],
    ],
    [
      'sort_key=name&sort_key=id&sort_dir=asc&sort_dir=desc',
      [
        ['name', 'asc'],
        ['id', 'desc'],
      ],
    ],
  ])('in the order of ?%s', (query, order) => {
    expect(asked(query).sort.map(({ key, direction }) => [key, direction])).toEqual(order);
  });

  it('from after a marker, however it is written', () => {
    const marker = randomUUID();
    expect(asked(`marker=${marker.toUpperCase()}`).marker).toBe(marker);
  });

  it.each([
    'limit=-1',
    'limit=ten',
    'limit=1&limit=2',
    'visibility=mine',
    'member_status=odd',
    'owner=a b',
    'name=a&name=b',
    'name=in:"a',
    'name=in:"a"b',
    'name=in:',
    'protected=maybe',
    'os_hidden=maybe',
    'size_min=-1',
    'size_max=big',
    'min_disk=1.5',
    'created_at=yesterday',
    'created_at=gt:2026-13-40T00:00:00Z',
    `created_at=around:${TIME}`,
    `changes-since=${TIME}`,
    'colour=red&colour=blue',
    'sort=colour',
    'sort=name:up',
    'sort=name:asc:desc',
    'sort=',
    'sort_key=colour',
    'sort_key=name&sort_dir=up',
    'sort_key=name&sort_dir=asc&sort_dir=desc',
    'sort=name&sort_key=name',
    'sort=name&sort_dir=asc',
  ])('not by ?%s', (query) => {
    expect(() => asked(query)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
  });

  it('not from after a marker that is no id', () => {
    expect(() => asked('marker=web')).toThrow(expect.objectContaining({ code: 'image.marker_not_found' }));
  });
});
