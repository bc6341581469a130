import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleModule } from '../test/example-service.ts';
import { rootLogger } from './logger.ts';
import { type RunningService, startService } from './start-service.ts';

const lines: string[] = [];
let running: RunningService;
let isDatabaseThere = true;

function start(): Promise<RunningService> {
  return startService(
    {
      service: 'example',
      module: exampleModule,
      config: { HOST: '127.0.0.1', PORT: 0, LOG_LEVEL: 'info', OTEL_TRACES_SAMPLER_ARG: 1 },
      checks: () => [{ name: 'database', check: () => (isDatabaseThere ? undefined : 'is away') }],
    },
    rootLogger('example', 'info', { write: (line: string) => void lines.push(line) }),
  );
}

beforeAll(async () => {
  running = await start();
});

afterAll(async () => {
  await running.stop();
});

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${running.port}${path}`, init);
}

function post(body: string, type = 'application/json'): Promise<Response> {
  return ask('/things', { method: 'POST', body, headers: { 'content-type': type } });
}

async function problem(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  return (await response.json()) as Record<string, unknown>;
}

describe('a service over HTTP', () => {
  it('says that it is alive and ready, and not ready while a check fails', async () => {
    expect((await ask('/health/live')).status).toBe(200);
    expect((await ask('/health/ready')).status).toBe(200);
    isDatabaseThere = false;
    const response = await ask('/health/ready');
    isDatabaseThere = true;
    expect(response.status).toBe(503);
    await expect(response.json()).resolves.toEqual({ status: 'not_ready', faults: { database: 'is away' } });
  });

  it('keeps idle connections longer than clients and proxies do, and says so', async () => {
    const { headers } = await ask('/health/live');
    const [, seconds] = /^timeout=(\d+)$/.exec(headers.get('keep-alive') ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
  });

  it('answers a refusal as problem details, whose own members its details cannot replace', async () => {
    const response = await ask('/things/refused');
    expect(response.status).toBe(413);
    await expect(problem(response)).resolves.toEqual({
      type: 'urn:imago:error:quota.images_exceeded',
      status: 413,
      title: 'Payload Too Large',
      code: 'quota.images_exceeded',
      detail: 'No place left.',
      remedy: 'Delete an image you no longer need or ask for a higher limit.',
      limit: 10,
      used: 10,
      request_id: response.headers.get('x-openstack-request-id'),
    });
  });

  it('names every field that is missing, wrong or unknown', async () => {
    const response = await post('{"name":"too long","extra":1,"also":2}');
    expect(response.status).toBe(400);
    const { code, errors } = await problem(response);
    expect(code).toBe('request.invalid');
    expect(errors).toEqual([
      { path: 'name', message: expect.any(String) },
      { path: 'size', message: expect.any(String) },
      { path: 'extra', message: 'is not a known field' },
      { path: 'also', message: 'is not a known field' },
    ]);
  });

  it.each([
    ['no JSON', '{"name": secret', 'application/json'],
    ['another type', 'name=secret', 'application/x-www-form-urlencoded'],
    ['nothing', '', 'application/json'],
  ])('refuses a body that is %s, without repeating it', async (_what, body, type) => {
    const response = await post(body, type);
    expect(response.status).toBe(400);
    expect(JSON.stringify(await problem(response))).not.toContain('secret');
  });

  it('refuses a body that is too large', async () => {
    const response = await post(JSON.stringify({ name: 'x'.repeat(300_000), size: 1 }));
    expect(response.status).toBe(413);
    await expect(problem(response)).resolves.toMatchObject({ code: 'request.too_large' });
  });

  it('tells a bug as internal, logs it with its stack and the request id, and never its message', async () => {
    const response = await ask('/things/broken');
    expect(response.status).toBe(500);
    const told = await problem(response);
    expect(told).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(told)).not.toContain('secret');
    const logged = lines.find((line) => line.includes('a request failed'));
    expect(logged).toContain('the secret of the house');
    expect(logged).toContain(String(told['request_id']));
  });

  it('tells a path that is not there from a method that is not', async () => {
    expect((await ask('/nothing')).status).toBe(404);
    const response = await ask('/things', { method: 'DELETE' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    await expect(problem(response)).resolves.toMatchObject({ code: 'request.method_not_allowed' });
    expect((await ask('/things/%E0%A4%A')).status).toBe(404);
  });

  it('follows the request id of the caller and gives its own', async () => {
    const sent = 'req-6d6e1f0c-9d2b-4b53-8e7b-b0d8c2b6f1aa';
    const response = await ask('/things/refused?secret=1', { headers: { 'x-openstack-request-id': sent } });
    const given = response.headers.get('x-openstack-request-id');
    expect(given).toMatch(/^req-/);
    expect(given).not.toBe(sent);
    await response.text();
    const logged = lines.map((line) => JSON.parse(line)).find((line) => line.request_id === given);
    expect(logged).toMatchObject({ correlation_id: sent, path: '/things/refused', status: 413, method: 'GET' });
    expect(JSON.stringify(logged)).not.toContain('secret');
  });

  it('measures requests by route, never by path', async () => {
    await ask('/nothing/nobody-asks-for').then((response) => response.text());
    const metrics = await ask('/metrics').then((response) => response.text());
    expect(metrics).toMatch(
      /http_request_seconds_count{service="example",method="GET",route="\/things\/refused",status="413"} \d/,
    );
    expect(metrics).not.toContain('nobody-asks-for');
  });
});

describe('a service that is stopped', () => {
  it('waits for nobody who is connected and has asked nothing', async () => {
    const stopped = await start();
    const server: Server = stopped.app.getHttpServer();
    server.setTimeout(0); // nothing else ends the connection
    server.headersTimeout = 0;
    const accepted = once(server, 'connection');
    const client = connect(stopped.port, '127.0.0.1');
    const closed = once(client, 'close');
    await accepted;
    await stopped.stop();
    await closed;
  });
});
