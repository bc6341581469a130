import { randomUUID } from 'node:crypto';
import type { UsageLine } from '@imago/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { rangeOf } from './usage-query.ts';

let gateway: GatewayUnderTest;

function line(hour: number): UsageLine {
  const from = `2026-03-01T0${hour}:00:00.000Z`;
  const bytes = { byte_hours: '1073741824', gib_hours: '1.000000' };
  return { project_id: 'p-a', from, image_id: null, images: 1, ...bytes };
}

beforeAll(async () => {
  gateway = await startGateway();
  gateway.accounts.usage.push(line(0), line(1), line(2));
});
afterAll(() => gateway.close());

function ask(query: string, as: Person = 'reader', accept = '*/*'): Promise<Response> {
  return gateway.ask(`/v1/usage${query}`, as, { headers: { accept } });
}

describe('usage', () => {
  it('is that of the month so far by day, of the caller’s project, when nothing else is asked for', async () => {
    const before = rangeOf({}, new Date());
    const answer = await readJson(await ask(''));
    const asked = gateway.accounts.usageLists.at(-1);
    expect([before, rangeOf({}, new Date())]).toContainEqual({ from: asked?.from, to: asked?.to });
    const rest = { region: 'region-1', project_id: 'p-a', image_id: null, by: 'day', limit: 25, offset: 0 };
    expect(asked).toMatchObject(rest);
    expect(answer).toMatchObject({ usage: [line(0), line(1), line(2)], from: asked?.from, to: asked?.to });
    expect(answer).not.toHaveProperty('next');
  });

  it('comes page by page, each link with what was asked', async () => {
    const image_id = randomUUID();
    const range = 'from=2026-03-01T00%3A00%3A00Z&to=2026-03-02T00%3A00%3A00Z';
    const query = `${range}&by=hour&image_id=${image_id}&limit=2`;
    const first = await readJson(await ask(`?${query}`));
    expect(first).toMatchObject({ usage: [line(0), line(1)], next: `/v1/usage?${query}&marker=2` });
    const { usage, next } = await readJson(await gateway.ask(first.next, 'reader'));
    expect([usage, next]).toEqual([[line(2)], undefined]);
    const asked = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z', by: 'hour', image_id, offset: 2 };
    expect(gateway.accounts.usageLists.at(-1)).toMatchObject(asked);
  });

  it.each([
    ['?limit=2', 'text/csv', 'text/csv'],
    ['?limit=2&format=csv', '*/*', 'text/csv'],
    ['?limit=2&format=csv', 'application/json', 'text/csv'],
    ['?limit=2&format=json', 'text/csv', 'application/json'],
    ['?limit=2', '*/*', 'application/json'],
    ['?limit=2', 'text/html,application/json', 'application/json'],
  ])('as %s with Accept: %s is %s', async (query, accept, type) => {
    const response = await ask(query, 'reader', accept);
    expect(response.headers.get('content-type')).toMatch(new RegExp(`^${type}`));
  });

  it('as a table has a line of names and says where it goes on', async () => {
    const response = await ask('?limit=2&format=csv');
    expect(response.headers.get('link')).toBe('</v1/usage?limit=2&format=csv&marker=2>; rel="next"');
    expect(response.headers.get('content-disposition')).toContain('usage.csv');
    const lines = (await response.text()).split('\r\n');
    expect(lines).toEqual([
      'project_id,from,image_id,images,byte_hours,gib_hours',
      'p-a,2026-03-01T00:00:00.000Z,,1,1073741824,1.000000',
      'p-a,2026-03-01T01:00:00.000Z,,1,1073741824,1.000000',
      '',
    ]);
  });

  it('is the project’s own; operators may ask for another, or for all', async () => {
    const asked = gateway.accounts.usageLists.length;
    for (const project of ['p-a', 'all']) expect((await ask(`?project_id=${project}`, 'bob')).status).toBe(404);
    expect(gateway.accounts.usageLists).toHaveLength(asked);
    for (const [project, sent] of [
      ['p-a', 'p-a'],
      ['all', null],
    ] as const) {
      expect((await ask(`?project_id=${project}`, 'operator')).status).toBe(200);
      expect(gateway.accounts.usageLists.at(-1)).toMatchObject({ project_id: sent });
    }
  });

  it.each(['from=yesterday', 'to=2026-13-01T00:00:00Z', 'by=week', 'limit=0', 'marker=-1', 'image_id=1', 'x=1'])(
    'is not told for ?%s',
    async (query) => {
      const response = await ask(`?${query}`);
      expect([response.status, (await readJson(response)).code]).toEqual([400, 'request.invalid']);
    },
  );
});
