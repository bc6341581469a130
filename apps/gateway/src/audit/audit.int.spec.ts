import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';
import { anEvent } from '../../test/records.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
  gateway.accounts.events.push(...[1, 2, 3].map(() => anEvent(randomUUID())));
});
afterAll(() => gateway.close());

const usual = { project_id: null, types: [], subject: null, order: 'desc', limit: 25, after: null };

describe('the audit of a region', () => {
  it.each([
    ['', {}],
    ['?type=ImageStorageChanged', { types: ['ImageStorageChanged'] }],
    ['?type=ImageStorageChanged&type=ImageDeleted', { types: ['ImageStorageChanged', 'ImageDeleted'] }],
    ['?subject=i-1&sort_dir=asc', { subject: 'i-1', order: 'asc' }],
    ['?project_id=p-b', { project_id: 'p-b' }],
  ])('is asked for with %s', async (query, asked) => {
    const response = await gateway.ask(`/regions/region-2/v1/audit${query}`, 'operator');
    expect(response.status).toBe(200);
    expect((await readJson(response)).events).toEqual(gateway.accounts.events);
    expect(gateway.accounts.audits.at(-1)).toEqual({ ...usual, region: 'region-2', ...asked });
  });

  it('comes page by page, each link with what was asked for', async () => {
    const query = 'type=ImageStorageChanged&type=ImageDeleted&limit=2';
    const first = await readJson(await gateway.ask(`/v1/audit?${query}`, 'operator'));
    expect(first.next).toBe(`/v1/audit?${query}&marker=2`);
    const { events, next } = await readJson(await gateway.ask(first.next, 'operator'));
    expect([events, next]).toEqual([gateway.accounts.events.slice(2), undefined]);
    expect(gateway.accounts.audits.at(-1)).toMatchObject({
      after: '2',
      types: ['ImageStorageChanged', 'ImageDeleted'],
    });
  });

  it('is a project’s own, and never says who else was told', async () => {
    for (const person of ['alice', 'reader'] as const) {
      const { events } = await readJson(await gateway.ask('/v1/audit', person));
      expect(events).toHaveLength(3);
      for (const event of events) expect(event).not.toHaveProperty('audience');
    }
    const foreign = await gateway.ask('/v1/audit?project_id=p-b', 'alice');
    expect([foreign.status, (await readJson(foreign)).code]).toEqual([404, 'request.not_found']);
    expect((await gateway.ask('/v1/audit')).status).toBe(401);
  });

  it.each([
    'type=image',
    'type=',
    'type=A&'.repeat(21),
    'limit=0',
    'marker=x',
    `marker=${'9'.repeat(19)}`,
    'sort_dir=up',
    'subject=',
    'project_id=a%20b',
    'x=1',
  ])('is not told for ?%s', async (query) => {
    expect((await gateway.ask(`/v1/audit?${query}`, 'operator')).status).toBe(400);
  });
});
