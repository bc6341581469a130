import { randomUUID } from 'node:crypto';
import { type ImageRecord, ListImages, RegisterImage, type RequestOf, UpdateImage } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, operator, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { registration } from '../../test/requests.ts';

type Query = (typeof ListImages)['request']['_input'];

describe('listing images', () => {
  let catalog: CatalogUnderTest;
  const owner = tenant(randomUUID());
  const other = tenant(randomUUID());
  const named = new Map<string, ImageRecord>();

  beforeAll(async () => {
    catalog = await startCatalog();
    await make('web', owner, { properties: { hw_disk_bus: 'virtio', 'a.b': 'x=y' } });
    await make('db', owner, { disk_format: 'raw', protected: true, visibility: 'shared' });
    await make(null, owner, { disk_format: null, container_format: null });
    await make('hidden', owner, { os_hidden: true });
    await make('Zebra', owner, { facts: { ...registration().facts, name: 'Zebra', tags: ['zoo', 'a'], min_ram: 512 } });
    await make('secret', other);
    await make('known', other, { visibility: 'shared' });
    await make('everybody', other);
    await catalog.db.query(`UPDATE catalog.images SET visibility = 'public' WHERE id = $1`, [
      named.get('everybody')?.id,
    ]);
    await make('some', { ...operator(), project_id: other.project_id }, { visibility: 'community' });
    await make('own-some', { ...operator(), project_id: owner.project_id }, { visibility: 'community' });
    for (const [name, size] of [
      ['web', '100'],
      ['db', '5000000000'],
    ]) {
      await catalog.db.query('UPDATE catalog.images SET size = $2, checksum = $3 WHERE id = $1', [
        named.get(name ?? '')?.id,
        size,
        size === '100' ? 'd'.repeat(32) : null,
      ]);
    }
  });
  afterAll(() => catalog.close());

  async function make(
    name: string | null,
    context: RequestContext,
    overrides: Partial<RequestOf<typeof RegisterImage>> = {},
  ): Promise<void> {
    const { facts, ...rest } = registration(overrides);
    const request = { ...rest, facts: { ...facts, name }, job_id: null };
    named.set(name ?? '', (await catalog.ask(RegisterImage, request, context)).image);
  }

  async function list(
    context: RequestContext,
    filters: Query['filters'],
    sort: Query['sort'] = [],
  ): Promise<unknown[]> {
    const asked = { region: REGION, limit: 1000, marker: null, sort, filters };
    const { images } = await catalog.ask(ListImages, asked, context);
    return images.map(({ name }) => name);
  }

  it.each<[string, Query['filters'], (string | null)[]]>([
    ['nothing', {}, ['everybody', 'Zebra', null, 'db', 'web']],
    ['everything', { visibility: 'all' }, ['own-some', 'some', 'everybody', 'Zebra', null, 'db', 'web']],
    ['private', { visibility: 'private' }, ['Zebra', null, 'web']],
    ['shared', { visibility: 'shared' }, ['db']],
    ['shared and pending', { visibility: 'shared', member_status: 'pending' }, ['db']],
    ['public', { visibility: 'public' }, ['everybody']],
    ['community', { visibility: 'community' }, ['own-some', 'some']],
    ['its own', { owner: owner.project_id }, ['own-some', 'Zebra', null, 'db', 'web']],
    ["another's", { owner: other.project_id }, ['everybody']],
    ["another's, of all", { owner: other.project_id, visibility: 'all' }, ['some', 'everybody']],
    ["another's private", { owner: other.project_id, visibility: 'private' }, []],
    ['a name', { name: ['web'] }, ['web']],
    ['a name in another case', { name: ['zebra'] }, []],
    ['a part of a name in any case', { search: 'EB' }, ['Zebra', 'web']],
    ['a part of a name with signs that mean something elsewhere', { search: '%' }, []],
    ["a part of another's name", { search: 'secre' }, []],
    ['a part of the name of a public image', { search: 'every', visibility: 'public' }, ['everybody']],
    ['an id that is no image’s', { search: randomUUID() }, []],
    ['one of two names', { name: ['web', 'db'] }, ['db', 'web']],
    ["another's name", { name: ['secret', 'known'] }, []],
    ['a status', { status: ['queued'], name: ['web'] }, ['web']],
    ['another status', { status: ['active', 'killed'] }, []],
    ['an unknown status', { status: ['melted'] }, []],
    ['deleted', { status: ['deleted'] }, []],
    ['a format', { disk_format: ['raw'] }, ['db']],
    ['a container', { container_format: ['bare', 'ovf'], visibility: 'private' }, ['Zebra', 'web']],
    ['protected', { protected: true }, ['db']],
    ['unprotected', { protected: false, visibility: 'shared' }, []],
    ['hidden', { os_hidden: true }, ['hidden']],
    ['a tag', { tags: ['zoo'] }, ['Zebra']],
    ['two tags', { tags: ['zoo', 'a'] }, ['Zebra']],
    ['two tags of which it has one', { tags: ['zoo', 'b'] }, []],
    ['a property', { properties: { hw_disk_bus: 'virtio' } }, ['web']],
    ['a property with signs in it', { properties: { 'a.b': 'x=y' } }, ['web']],
    ['a property with another value', { properties: { hw_disk_bus: 'ide' } }, []],
    ['a property that has a column', { properties: { os_distro: 'debian' }, name: ['web'] }, ['web']],
    ['a checksum', { checksum: 'd'.repeat(32) }, ['web']],
    ['a hash', { os_hash_value: 'e'.repeat(128) }, []],
    ['a size', { ranges: [{ attribute: 'size', minimum: '100', maximum: '100' }] }, ['web']],
    ['a size and more', { ranges: [{ attribute: 'size', minimum: '101', maximum: null }] }, ['db']],
    ['a size and less', { ranges: [{ attribute: 'size', minimum: null, maximum: '101' }] }, ['web']],
    ['memory', { ranges: [{ attribute: 'min_ram', minimum: '512', maximum: '512' }] }, ['Zebra']],
    ['the far past', { times: [{ attribute: 'created_at', operator: 'lt', instant: '2000-01-01T00:00:00Z' }] }, []],
    ['an id that is none', { id: ['x'] }, []],
  ])('shows a tenant who asks for %s just that, newest first', async (_what, filters, names) => {
    expect(await list(owner, filters)).toEqual(names);
  });

  it('finds images by their ids', async () => {
    const id = (name: string): string => named.get(name)?.id ?? '';
    expect(await list(owner, { id: [id('web'), id('secret'), id('everybody')] })).toEqual(['everybody', 'web']);
  });

  it('compares times by the second that is shown', async () => {
    const image = named.get('web');
    await catalog.db.query(`UPDATE catalog.images SET created_at = '2020-02-02T02:02:02.7Z' WHERE id = $1`, [
      image?.id,
    ]);
    const shown = async (operator: 'eq' | 'gt' | 'gte' | 'lt' | 'lte' | 'neq', second: number): Promise<boolean> => {
      const instant = `2020-02-02T02:02:0${second}Z`;
      return (await list(owner, { name: ['web'], times: [{ attribute: 'created_at', operator, instant }] })).length > 0;
    };
    const at = { 1: [] as string[], 2: [] as string[], 3: [] as string[] };
    for (const second of [1, 2, 3] as const) {
      for (const operator of ['eq', 'gt', 'gte', 'lt', 'lte', 'neq'] as const) {
        if (await shown(operator, second)) at[second].push(operator);
      }
    }
    expect(at).toEqual({ 1: ['gt', 'gte', 'neq'], 2: ['eq', 'gte', 'lte'], 3: ['lt', 'lte', 'neq'] });
  });

  it.each<[string, Query['sort'], (string | null)[]]>([
    ['name, up', [{ key: 'name', direction: 'asc' }], [null, 'Zebra', 'db', 'everybody', 'web']],
    ['name, down', [{ key: 'name', direction: 'desc' }], ['web', 'everybody', 'db', 'Zebra', null]],
    [
      'format, then name',
      [
        { key: 'disk_format', direction: 'desc' },
        { key: 'name', direction: 'asc' },
      ],
      ['db', 'Zebra', 'everybody', 'web', null],
    ],
    [
      'size',
      [
        { key: 'size', direction: 'desc' },
        { key: 'name', direction: 'asc' },
      ],
      ['db', 'web', null, 'Zebra', 'everybody'],
    ],
  ])('orders by %s, page by page', async (_order, sort, names) => {
    const seen: (string | null)[] = [];
    let marker: string | null = null;
    do {
      const asked: Query = { region: REGION, limit: 2, marker, sort };
      const page: (typeof ListImages)['response']['_output'] = await catalog.ask(ListImages, asked, owner);
      seen.push(...page.images.map(({ name }) => name));
      marker = page.next_marker;
    } while (marker !== null);
    expect(seen).toEqual(names);
  });

  it('shows an operator everything, and what one project has', async () => {
    expect(await list(operator(), { name: ['secret', 'web', 'some'] })).toEqual(['some', 'secret', 'web']);
    expect(await list(operator(), { owner: other.project_id })).toEqual(['some', 'everybody', 'known', 'secret']);
    expect(await list(operator(), { owner: other.project_id, visibility: 'private' })).toEqual(['secret']);
  });

  it('finds what an image says now, and no longer what it said', async () => {
    const image_id = named.get('hidden')?.id ?? '';
    const changes = [{ op: 'replace' as const, name: 'tags', value: ['fresh'] }];
    expect(await list(owner, { os_hidden: true, tags: ['a'] })).toEqual(['hidden']);
    await catalog.ask(UpdateImage, { image_id, region: REGION, strict_add: false, changes }, owner);
    expect(await list(owner, { os_hidden: true, tags: ['a'] })).toEqual([]);
    expect(await list(owner, { os_hidden: true, tags: ['fresh'] })).toEqual(['hidden']);
  });
});
