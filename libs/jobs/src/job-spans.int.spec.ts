import { refusal } from '@imago/contracts';
import { eventually, TraceCollector } from '@imago/testing';
import { SpanKind, startTracing, traced, type Tracing } from '@imago/tracing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finish, type JobsUnderTest, jobsUnderTest, type ToyPhase } from '../test/jobs-under-test.ts';

let jobs: JobsUnderTest;
let collector: TraceCollector;
let tracing: Tracing;

beforeAll(async () => {
  jobs = await jobsUnderTest();
});
beforeEach(async () => {
  await jobs.reset();
  collector = await TraceCollector.listen();
  const watch = { lost: () => undefined, arrived: () => undefined };
  tracing = await startTracing({ service: 'tests', instance: 'one', endpoint: collector.endpoint, ratio: 1, watch });
});
afterEach(async () => {
  await tracing.stop();
  await collector.close();
});
afterAll(() => jobs.close());

const next: ToyPhase = () => Promise.resolve({ next: 'last', data: { notes: [] } });

/** A job that somebody asks for; answers its id. */
function asked(request: string): Promise<string> {
  return traced(
    request,
    () => ({ kind: SpanKind.SERVER }),
    () => jobs.queue(),
  );
}

async function ended(jobId: string): Promise<void> {
  await eventually(async () => {
    expect((await jobs.job(jobId)).finished_at).not.toBeNull();
  });
}

/** The workers stop, and their spans are sent. */
async function sent(): Promise<TraceCollector> {
  await jobs.stopRunners();
  await tracing.stop();
  return collector;
}

describe('the trace of a job', () => {
  it('has its phases in its attempt in the request that asked for it, and its events in the phases around them', async () => {
    const id = await asked('POST /v1/imports');
    jobs.run({ phases: { first: next, last: finish } });
    await ended(id);
    const request = (await sent()).span('POST /v1/imports');
    const attempt = collector.span('job import');
    expect(attempt).toMatchObject({
      trace_id: request.trace_id,
      parent_span_id: request.span_id,
      attributes: { 'imago.job.id': id, 'imago.job.type': 'import', 'imago.outcome': 'succeeded' },
    });
    for (const phase of ['phase first', 'phase last'])
      expect(collector.span(phase)).toMatchObject({ trace_id: request.trace_id, parent_span_id: attempt.span_id });
    const rows: { traceparent: string }[] = await jobs.db.query(
      `SELECT DISTINCT envelope::json->>'traceparent' AS traceparent FROM outbox`,
    );
    expect(rows).toEqual([{ traceparent: `00-${request.trace_id}-${attempt.span_id}-01` }]);
  });

  it('goes on when another process takes the job over', async () => {
    const id = await asked('POST /v1/imports');
    await jobs.store.claim(jobs.db, 'a process that dies at once', 0);
    jobs.run({ phases: { first: finish } });
    await ended(id);
    const request = (await sent()).span('POST /v1/imports');
    expect(collector.span('job import')).toMatchObject({
      parent_span_id: request.span_id,
      attributes: { 'imago.job.fencing_token': 2, 'imago.job.attempt': 2 },
    });
  });

  it('has a span for each attempt, with the code of what it ended with', async () => {
    let tries = 0;
    const id = await asked('POST /v1/imports');
    const failing: ToyPhase = () => {
      tries += 1;
      return Promise.reject(tries === 1 ? new Error('secret') : refusal('image.format_mismatch', 'secret'));
    };
    jobs.run({ phases: { first: failing } });
    await ended(id);
    const attempts = (await sent()).spans.filter(({ name }) => name === 'job import');
    expect(attempts.map(({ attributes, isError }) => [attributes['imago.outcome'], isError])).toEqual([
      ['retry', true],
      ['fail', false],
    ]);
    expect(attempts[1]?.attributes['imago.error.code']).toBe('image.format_mismatch');
    expect(JSON.stringify(collector.spans)).not.toContain('secret');
  });

  it('is not that of another request, which only woke the worker', async () => {
    const runner = jobs.run({ phases: { first: finish } });
    const id = await asked('POST /v1/imports');
    await traced(
      'GET /',
      () => ({ kind: SpanKind.SERVER }),
      () => {
        runner.wake();
        return ended(id);
      },
    );
    expect((await sent()).span('job import').trace_id).toBe(collector.span('POST /v1/imports').trace_id);
  });
});
