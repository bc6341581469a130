import { refusal } from '@imago/contracts';
import { TraceCollector } from '@imago/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activeTraceparent, contextFromOutside, contextOf, outsideTraces, traceFields } from './trace-context.ts';
import { recordFailure, openSpan, traced } from './spans.ts';
import { SpanKind, startTracing, type Tracing } from './index.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const NAMED = `00-${TRACE}-${SPAN}-01`;
const INTERNAL = () => ({ kind: SpanKind.INTERNAL });

let collector: TraceCollector;
let tracing: Tracing | undefined;

beforeEach(async () => {
  collector = await TraceCollector.listen();
});
afterEach(async () => {
  await tracing?.stop();
  tracing = undefined;
  await collector.close();
});

async function start(ratio = 1): Promise<void> {
  const watch = { lost: () => undefined, arrived: () => undefined };
  tracing = await startTracing({ service: 'tests', instance: 'one', endpoint: collector.endpoint, ratio, watch });
}

/** Sends what there is. */
async function sent(): Promise<TraceCollector> {
  await tracing?.stop();
  return collector;
}

describe('a process that traces', () => {
  it('sends spans with their parents, and its log lines carry both ids', async () => {
    await start();
    let logged: ReturnType<typeof traceFields> = {};
    await traced('outer', INTERNAL, () =>
      traced('inner', INTERNAL, () => {
        logged = traceFields();
        return Promise.resolve();
      }),
    );
    const [outer, inner] = [(await sent()).span('outer'), collector.span('inner')];
    expect(outer).toMatchObject({ service: 'tests', isError: false });
    expect(outer.parent_span_id).toBeUndefined();
    expect(inner).toMatchObject({ trace_id: outer.trace_id, parent_span_id: outer.span_id });
    expect(logged).toEqual({ trace_id: inner.trace_id, span_id: inner.span_id });
  });

  it('goes on with a trace of another process, and names itself to the next', async () => {
    await start();
    let told: string | undefined;
    await traced(
      'here',
      () => ({ kind: SpanKind.SERVER, parent: contextOf(NAMED) }),
      () => {
        told = activeTraceparent();
        return Promise.resolve();
      },
    );
    const here = (await sent()).span('here');
    expect(here).toMatchObject({ trace_id: TRACE, parent_span_id: SPAN });
    expect(told).toBe(`00-${TRACE}-${here.span_id}-01`);
  });

  it('records nothing of a trace that is not recorded, but names it to the next', async () => {
    await start();
    const parent = contextOf(`00-${TRACE}-${SPAN}-00`);
    const { span, within } = openSpan('here', () => ({ kind: SpanKind.SERVER, parent }));
    expect(within(activeTraceparent)).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
    span.end();
    expect((await sent()).spans).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['zeros for a trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['zeros for a span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['two of them', `${NAMED}, ${NAMED}`],
    ['more than the version has', `${NAMED}-extra`],
    ['the forbidden version', NAMED.replace('00-', 'ff-')],
    ['a header in it', `${NAMED}\r\nx-auth-token: t`],
    ['a megabyte', '0'.repeat(2 ** 20)],
  ])('begins a trace of its own where it is told %s', async (_what, traceparent) => {
    await start();
    const parent = contextFromOutside(traceparent);
    openSpan('here', () => ({ kind: SpanKind.SERVER, parent })).span.end();
    const here = (await sent()).span('here');
    expect(here.parent_span_id).toBeUndefined();
    expect(here.trace_id).not.toBe(TRACE);
  });

  it('names only well-formed traces to the next, whatever it is told', async () => {
    await start();
    const char = fc.constantFrom(...Array.from('0123456789abcdef-fF,; \r\n%\u0000é'));
    fc.assert(
      fc.property(fc.string({ unit: char, maxLength: 60 }), (traceparent) => {
        const parent = contextFromOutside(traceparent);
        const told = openSpan('here', () => ({ kind: SpanKind.SERVER, parent })).within(activeTraceparent);
        expect(told).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      }),
    );
  });

  it('lets no stranger decide whether his requests are recorded', async () => {
    await start(0);
    const chosen = contextFromOutside(`00-${'0'.repeat(31)}1-${SPAN}-01`);
    openSpan('here', () => ({ kind: SpanKind.SERVER, parent: chosen })).span.end();
    await tracing?.stop();
    await start(1);
    const hidden = contextFromOutside(`00-${TRACE}-${SPAN}-00`);
    openSpan('there', () => ({ kind: SpanKind.SERVER, parent: hidden })).span.end();
    expect((await sent()).spans.map(({ name }) => name)).toEqual(['there']);
  });

  it('decides once for all of a trace', async () => {
    await start(0.5);
    for (let made = 0; made < 64; made++) {
      const door = openSpan('door', () => ({ kind: SpanKind.SERVER, parent: contextFromOutside(NAMED) }));
      door.within(() => {
        openSpan('behind', INTERNAL).span.end();
      });
      door.span.end();
    }
    const doors = (await sent()).spans.filter(({ name }) => name === 'door').map(({ span_id }) => span_id);
    const behind = collector.spans.filter(({ name }) => name === 'behind').map(({ parent_span_id }) => parent_span_id);
    expect(behind.sort()).toEqual(doors.sort());
    expect(doors.length).toBeGreaterThan(0);
    expect(doors.length).toBeLessThan(64);
  });

  it('tells codes and classes of errors, and never their words', async () => {
    await start();
    const errors = {
      refused: refusal('image.not_found', 'secret'),
      faulty: refusal('service.unavailable', 'secret'),
      broken: new TypeError('secret'),
      unreachable: Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }),
    };
    for (const [name, error] of Object.entries(errors))
      await traced(name, INTERNAL, () => Promise.reject(error)).catch(() => undefined);
    await sent();
    expect(collector.span('refused')).toMatchObject({
      isError: false,
      attributes: { 'imago.error.code': 'image.not_found' },
    });
    const codes = { 'imago.error.code': 'service.unavailable', 'error.type': 'service.unavailable' };
    expect(collector.span('faulty')).toMatchObject({ isError: true, attributes: codes });
    expect(collector.span('broken')).toMatchObject({ isError: true, attributes: { 'error.type': 'TypeError' } });
    expect(collector.span('unreachable').attributes).toEqual({ 'error.type': 'ECONNREFUSED' });
    expect(JSON.stringify(collector.spans)).not.toContain('secret');
  });

  it('keeps work apart that is only begun within a trace', async () => {
    await start();
    await traced('outer', INTERNAL, () => outsideTraces(() => traced('other', INTERNAL, () => Promise.resolve())));
    expect((await sent()).span('other').trace_id).not.toBe(collector.span('outer').trace_id);
  });
});

describe('a process that does not trace', () => {
  it('does its work all the same, and makes no span and no plan of one', async () => {
    const plan = (): never => {
      throw new Error('nobody should ask');
    };
    await expect(traced('here', plan, () => Promise.resolve('done'))).resolves.toBe('done');
    const { span, within } = openSpan('here', plan);
    expect(within(() => [activeTraceparent(), traceFields()])).toEqual([undefined, {}]);
    recordFailure(span, new Error('nobody hears'));
    span.end();
    expect(collector.asked).toBe(0);
  });
});
