import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredJobState } from './job-record.ts';
import { hasEnded, JOB_TRANSITIONS, type JobTrigger, nextState } from './job-transitions.ts';

const triggers: JobTrigger[] = ['admit', 'claim', 'release', 'request_cancel', 'succeed', 'fail', 'end_cancelled'];

function run(order: readonly JobTrigger[]): StoredJobState[] {
  const states: StoredJobState[] = ['admitting'];
  for (const trigger of order)
    states.push(nextState(states.at(-1) ?? 'admitting', trigger) ?? states.at(-1) ?? 'admitting');
  return states;
}

describe('the states of a job', () => {
  it('never leave an end, whatever comes in whatever order and however often', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...triggers)), (order) => {
        const states = run(order);
        const end = states.findIndex(hasEnded);
        expect(end === -1 || states.slice(end).every((state) => state === states[end])).toBe(true);
      }),
    );
  });

  it('never run again once cancelling: a cancel is not forgotten by a retry', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...triggers)), (order) => {
        const states = run(order);
        const from = states.indexOf('cancelling');
        expect(from === -1 || states.slice(from).every((state) => state !== 'running' && state !== 'queued')).toBe(
          true,
        );
      }),
    );
  });

  it('can all reach an end', () => {
    for (const start of Object.keys(JOB_TRANSITIONS) as StoredJobState[]) {
      const reached = new Set<StoredJobState>([start]);
      for (const state of reached) for (const next of Object.values(JOB_TRANSITIONS[state])) reached.add(next);
      expect([...reached].some(hasEnded)).toBe(true);
    }
  });
});
