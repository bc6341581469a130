import { refusal } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import {
  FinalFailureError,
  JobCancelledError,
  JobStalledError,
  judgeFailure,
  LeaseLostError,
  retryDelay,
} from './job-failure.ts';

const at = { phase: 'transfer', attempt: 1, maximumAttempts: 3 };

describe('the verdict on a failed attempt', () => {
  it('fails at once on a refusal that no retry can change, with its phase', () => {
    const verdict = judgeFailure(refusal('image.backing_file', 'It names a backing file.'), at);
    expect(verdict).toMatchObject({ action: 'fail', error: { code: 'image.backing_file', phase: 'transfer' } });
  });

  it('fails at once, with its reason, on what is called final, also where its kind is one to try again', () => {
    const verdict = judgeFailure(new FinalFailureError(refusal('server.batch_failed', 'None was built.')), at);
    expect(verdict).toMatchObject({ action: 'fail', error: { code: 'server.batch_failed', phase: 'transfer' } });
  });

  it('tries again on anything unexpected until the attempts are used up', () => {
    const broken = new Error('connect ECONNREFUSED 10.0.0.1:9000');
    expect(judgeFailure(broken, at).action).toBe('retry');
    expect(judgeFailure(refusal('import.source_unreadable', 'Away.'), { ...at, attempt: 2 }).action).toBe('retry');
    expect(judgeFailure(broken, { ...at, attempt: 3 })).toMatchObject({
      action: 'fail',
      error: { code: 'job.attempts_exhausted' },
    });
  });

  it('tells a tenant nothing of the inside of an unexpected error', () => {
    const verdict = judgeFailure(new Error('connect ECONNREFUSED 10.0.0.1:9000'), { ...at, attempt: 3 });
    expect(JSON.stringify(verdict)).not.toContain('10.0.0.1');
  });

  it('names a stall as a stall', () => {
    expect(judgeFailure(new JobStalledError('j', 60), { ...at, attempt: 3 })).toMatchObject({
      error: { code: 'job.stalled' },
    });
  });

  it('leaves a job alone that another worker holds, and ends a cancelled one', () => {
    expect(judgeFailure(new LeaseLostError('j'), at).action).toBe('leave');
    expect(judgeFailure(new JobCancelledError('j'), at).action).toBe('cancel');
  });

  it('waits longer after each try, but never more than a minute', () => {
    expect([1, 2, 3, 10].map((attempt) => retryDelay(attempt, 1000))).toEqual([1000, 2000, 4000, 60_000]);
  });
});
