import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, type Person, startGateway } from '../../test/gateway-under-test.ts';
import { readJson } from '../../test/read-json.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

function ask(as: Person, region = ''): Promise<Response> {
  return gateway.ask(`${region}/v1/operator/operations`, as);
}

describe('how the installation is doing', () => {
  it('is told by each service for itself; who does not answer is shown so and hides nobody', async () => {
    const answer = await readJson(await ask('operator'));
    const services = new Map<string, object>(
      answer.services.map((each: { service: string }) => [each.service, each] as const),
    );
    expect([...services.keys()]).toEqual([
      ...['gateway', 'catalog', 'import', 'capture', 'export', 'sharing', 'quota', 'compute', 'activity'],
    ]);
    expect(services.get('catalog')).toMatchObject({
      ...{ state: 'ready', faults: {}, outbox: { unpublished: 0, oldest_seconds: 0 } },
    });
    // Nobody plays it here.
    expect(services.get('sharing')).toMatchObject({
      ...{ state: 'silent', started_at: null, faults: { answer: expect.stringContaining('2000 ms') }, outbox: null },
    });
    expect(answer.queues).toContainEqual({
      ...{ queue: 'catalog.requests', service: 'catalog', purpose: 'requests', messages: 0, consumers: 1 },
    });
    // Those who are here have no figures.
    for (const part of [answer.jobs, answer.storage])
      expect(part).toMatchObject({ error: { code: 'request.not_found' } });
  });

  it('is asked for once in a moment, however many look, and of each region apart', async () => {
    const both = await Promise.all([ask('operator'), ask('operator')]);
    const [one, other] = await Promise.all(both.map(readJson));
    expect(other).toEqual(one);
    expect(await readJson(await ask('operator', '/regions/region-2'))).toMatchObject({ region: 'region-2' });
  });

  it.each(['alice', 'reader', 'bob'] as const)('is no business of %s', async (person) => {
    const response = await ask(person);
    expect([response.status, (await readJson(response)).code]).toEqual([403, 'auth.forbidden']);
  });
});
