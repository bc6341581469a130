import { refusal, type ServerTask } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from './job-outcome.ts';
import type { ServerInput } from './server-job.ts';

const error = { ...refusal('job.cancelled', 'Cancelled.').toDocument(), phase: 'build' };
const creating = { task: 'creating' } as ServerInput;
const inputOf = (task: ServerTask): ServerInput => ({ task, server_id: 's' }) as ServerInput;
const server = { status: 'stopped', built_at: new Date(), image_id: 'old' } as const;

describe('the end of a job', () => {
  it.each<[ServerTask, string]>([
    ['starting', 'running'],
    ['stopping', 'stopped'],
    ['deleting', 'deleted'],
  ])('that was %s leaves a server that is %s, without a fault', (task, status) => {
    const job = { state: 'succeeded', input: inputOf(task), error: null, data: {} } as const;
    expect(outcomeOf(job, server).changes).toMatchObject({ status, fault: null });
  });

  it('leaves a server as it is when the job was cancelled, and tells nothing', () => {
    const job = { state: 'cancelled', input: inputOf('starting'), error, data: {} } as const;
    expect(outcomeOf(job, server)).toEqual({ changes: {}, happening: null });
  });

  it('keeps why it failed, without the phase, which is the job’s', () => {
    const job = { state: 'failed', input: inputOf('stopping'), error, data: {} } as const;
    const { changes, happening } = outcomeOf(job, server);
    expect(changes.fault).toEqual(refusal('job.cancelled', 'Cancelled.').toDocument());
    expect(happening).toEqual({ type: 'failed', error: changes.fault });
  });

  it.each([
    ['cancelled', null, 'deleted'],
    ['cancelled', new Date(), 'stopped'],
    ['failed', null, 'failed'],
    ['failed', new Date(), 'failed'],
  ] as const)('of new servers, %s, with disks made at %s, leaves them %s', (state, built_at, status) => {
    const job = { state, input: creating, error, data: {} } as const;
    expect(outcomeOf(job, { ...server, status: 'building', built_at }).changes.status).toBe(status);
  });

  it.each(['running', 'failed', 'stopped'] as const)('leaves a new server that is %s as it is', (status) => {
    const job = { state: 'cancelled', input: creating, error, data: {} } as const;
    expect(outcomeOf(job, { ...server, status })).toEqual({ changes: {}, happening: null });
  });
});
