import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Expectation, RELATIONS, type Relation } from '../test/policy-walk.ts';
import { EXPECTATIONS } from '../test/walk-expectations.ts';
import { type Ids, WalkSubjects } from '../test/walk-subjects.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import type { Tenant } from '../test/tenant.ts';

describe('every route, for everybody', () => {
  let sut: SystemUnderTest;
  let people: ReadonlyMap<Relation, Tenant>;
  let subjects: WalkSubjects;
  let routes: readonly string[];
  const standing = new Map<string, Promise<Ids>>();

  beforeAll(async () => {
    sut = await systemFor('policy-walk');
    const named = (name: string): Tenant => sut.other(name);
    people = new Map<Relation, Tenant>([
      ['owner', sut.alice],
      ['stranger', sut.bob],
      ['operator', sut.operator],
      ...(['reader', 'accepted', 'pending', 'rejected'] as const).map((name) => [name, named(name)] as const),
    ]);
    subjects = new WalkSubjects(sut, people);
    const { paths } = await sut.alice.get<{ paths: Record<string, object> }>('/v1/openapi.json');
    routes = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
  });
  afterAll(() => sut.close());

  it('is expected to answer something, and nothing is expected of what is not there', () => {
    expect(Object.keys(EXPECTATIONS).sort()).toEqual([...routes].sort());
  });

  it.each(Object.entries(EXPECTATIONS))('%s', async (route, expected) => {
    const answered: Record<string, number> = {};
    const wanted: Record<string, number> = {};
    // Those who are refused come first: what the others change must not be the reason.
    const order = RELATIONS.map((relation, index) => ({ relation, status: expected.statuses[index] ?? 0 })).sort(
      (one, other) => other.status - one.status,
    );
    for (const { relation, status } of order) {
      wanted[relation] = status;
      answered[relation] = await statusOf(route, expected, { relation, changes: status < 300 });
    }
    expect(answered).toEqual(wanted);
  });

  async function statusOf(
    route: string,
    { about, body, type, query = '', path = {} }: Expectation,
    { relation, changes }: { readonly relation: Relation; readonly changes: boolean },
  ): Promise<number> {
    const [method = '', pattern = ''] = route.split(' ');
    const ids = changes && method !== 'GET' ? await subjects.make(about) : await standingOf(about);
    const names = { ...ids, ...projects() };
    const named = filled(filled(pattern, { ...names, ...path }), names);
    const sent = typeof body === 'function' ? body(names) : body;
    const headers = sent === undefined ? {} : { 'content-type': type ?? 'application/json' };
    const content = type === 'application/octet-stream' ? 'a file' : JSON.stringify(sent);
    const response = await tenantOf(relation).fetch(named + query, {
      method,
      headers,
      redirect: 'manual',
      ...(sent === undefined ? {} : { body: content }),
    });
    await response.body?.cancel();
    return response.status;
  }

  /** One thing of each kind for all requests that leave it as it is. */
  function standingOf(about: Expectation['about']): Promise<Ids> {
    const known = standing.get(about) ?? subjects.make(about);
    standing.set(about, known);
    return known;
  }

  function projects(): Ids {
    return Object.fromEntries([...people].map(([relation, { user }]) => [`${relation}_project`, user.project_id]));
  }

  function tenantOf(relation: Relation): Tenant {
    const tenant = people.get(relation);
    if (tenant === undefined) throw new Error(`nobody is ${relation}`);
    return tenant;
  }
});

function filled(pattern: string, names: Ids): string {
  return pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? `no-${name}`);
}
