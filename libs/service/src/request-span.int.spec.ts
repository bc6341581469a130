import { eventually, TraceCollector } from '@imago/testing';
import { startTracing, type Tracing } from '@imago/tracing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleModule } from '../test/example-service.ts';
import { rootLogger } from './logger.ts';
import { type RunningService, startService } from './start-service.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

const lines: string[] = [];
let collector: TraceCollector;
let tracing: Tracing;
let running: RunningService;

beforeAll(async () => {
  collector = await TraceCollector.listen();
  const watch = { lost: () => undefined, arrived: () => undefined };
  tracing = await startTracing({ service: 'example', instance: 'one', endpoint: collector.endpoint, ratio: 1, watch });
  const config = { HOST: '127.0.0.1', PORT: 0, LOG_LEVEL: 'info', OTEL_TRACES_SAMPLER_ARG: 1 } as const;
  const logger = rootLogger('example', 'info', { write: (line: string) => void lines.push(line) });
  running = await startService({ service: 'example', module: exampleModule, config }, logger);
});
afterAll(async () => {
  await running.stop();
  await tracing.stop();
  await collector.close();
});

/** Asks, and answers the span that is made of it. */
async function spanOf(path: string, init: RequestInit = {}): ReturnType<typeof found> {
  const response = await fetch(`http://127.0.0.1:${running.port}${path}`, init);
  await response.arrayBuffer();
  return found(response.headers.get('x-openstack-request-id') ?? '');
}

function found(requestId: string) {
  return eventually(() => {
    const span = collector.spans.find(({ attributes }) => attributes['imago.request.id'] === requestId);
    if (span === undefined) throw new Error(`no span of ${requestId}`);
    return span;
  });
}

describe('the span of a request', () => {
  it('has its method, route and status, and not what it asks for', async () => {
    const span = await spanOf('/things?token=secret', {
      method: 'POST',
      body: '{"name":"blue","size":7}',
      headers: { 'content-type': 'application/json', 'x-auth-token': 'secret', baggage: 'secret=1' },
    });
    expect(span).toMatchObject({
      service: 'example',
      name: 'POST /things',
      isError: false,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/things',
        'http.response.status_code': 201,
        'url.path': '/things',
      },
    });
    expect(span.parent_span_id).toBeUndefined();
    expect(JSON.stringify(collector.spans)).not.toMatch(/secret|blue/);
  });

  it('goes on with the trace its caller names, and so do the lines of the log', async () => {
    const span = await spanOf('/things/broken', { headers: { traceparent: `00-${TRACE}-${SPAN}-01` } });
    expect(span).toMatchObject({ trace_id: TRACE, parent_span_id: SPAN, isError: true });
    expect(span.attributes).toMatchObject({ 'error.type': 'Error', 'http.response.status_code': 500 });
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const its = logged.filter(({ trace_id, span_id }) => trace_id === TRACE && span_id === span.span_id);
    expect(its.map(({ msg }) => msg)).toEqual(['a request failed', 'request']);
  });

  it('says with which code it was refused, which is no failure of ours', async () => {
    const span = await spanOf('/things/refused');
    expect(span.attributes['imago.error.code']).toBe('quota.images_exceeded');
    expect(span.isError).toBe(false);
  });

  it.each([
    ['no hexadecimal digits', '00-zz-zz-01'],
    ['two of them', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['as much as a header may be', 'x'.repeat(8_000)],
  ])('begins a trace of its own where its caller names %s', async (_what, traceparent) => {
    const span = await spanOf('/nothing', { headers: { traceparent } });
    expect(span.parent_span_id).toBeUndefined();
    expect(span.name).toBe('GET');
    expect(span.attributes['http.response.status_code']).toBe(404);
  });

  it('is not made for what machines ask every few seconds', async () => {
    for (const path of ['/health/ready', '/metrics'])
      await (await fetch(`http://127.0.0.1:${running.port}${path}`)).text();
    await spanOf('/things/refused'); // by now those would be there
    expect(collector.spans.filter(({ attributes }) => /health|metrics/.test(String(attributes['url.path'])))).toEqual(
      [],
    );
  });
});
