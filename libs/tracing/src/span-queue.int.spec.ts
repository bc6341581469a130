import { eventually, TraceCollector } from '@imago/testing';
import { register } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpan, SpanKind, startTracing, type Tracing } from './index.ts';

let collector: TraceCollector;
let tracing: Tracing;
let heard: string[];

beforeEach(async () => {
  collector = await TraceCollector.listen();
  heard = [];
  register.removeSingleMetric('trace_spans_total');
  await start(collector.endpoint);
});
afterEach(async () => {
  await tracing.stop();
  await collector.close();
});

async function start(endpoint: string): Promise<void> {
  const watch = { lost: () => void heard.push('lost'), arrived: () => void heard.push('arrived') };
  tracing = await startTracing({ service: 'tests', instance: 'one', endpoint, ratio: 1, watch });
}

function make(spans: number): void {
  for (let made = 0; made < spans; made++) openSpan('here', () => ({ kind: SpanKind.INTERNAL })).span.end();
}

/** How many spans came to which end. */
async function ends(): Promise<Record<string, number>> {
  const metric = await register.getSingleMetric('trace_spans_total')?.get();
  return Object.fromEntries(metric?.values.map(({ labels, value }) => [String(labels['outcome']), value]) ?? []);
}

describe('spans on their way out', () => {
  it('are sent by themselves, and at the end what is left', async () => {
    make(3);
    await eventually(() => {
      expect(collector.spans).toHaveLength(3);
    });
    make(2);
    await tracing.stop();
    expect(collector.spans).toHaveLength(5);
    expect(await ends()).toEqual({ exported: 5 });
  });

  it('are lost where the collector refuses them, which is told once, counted, and over when it takes them', async () => {
    collector.answer = 400;
    make(1);
    await eventually(async () => {
      expect(await ends()).toEqual({ failed: 1 });
    });
    make(1);
    await eventually(async () => {
      expect(await ends()).toEqual({ failed: 2 });
    });
    collector.answer = 'takes';
    make(1);
    await eventually(() => {
      expect(collector.spans).toHaveLength(1);
    });
    await eventually(() => {
      expect(heard).toEqual(['lost', 'arrived']);
    });
  });

  it('are dropped when too many wait for a collector that is silent', async () => {
    collector.answer = 'silent';
    make(3_000);
    await eventually(() => {
      expect(collector.asked).toBeGreaterThan(0);
    });
    expect(await ends()).toEqual({ dropped: 952 });
  });

  it('do not keep a process from working or ending whose collector is not there', async () => {
    await tracing.stop();
    const { endpoint } = collector;
    await collector.close();
    await start(endpoint);
    make(10);
    await expect(tracing.stop()).resolves.toBeUndefined();
  });
});
