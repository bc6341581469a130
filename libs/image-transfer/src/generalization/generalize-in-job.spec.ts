import type { PhaseContext } from '@imago/jobs';
import { describe, expect, it } from 'vitest';
import { generalizeInJob } from './generalize-in-job.ts';

const ATTEMPTS = 3;
const CREATED_AT = new Date('2026-10-05T06:07:08Z');

describe('the disk of a job that is generalized', () => {
  let reads = 0;

  function attempt(attempt: number, read: () => Promise<Buffer>): ReturnType<typeof generalizeInJob> {
    reads = 0;
    const job = { id: 'job', attempt, created_at: CREATED_AT } as PhaseContext<object, object>['job'];
    const context = { job, signal: new AbortController().signal, progress: () => undefined };
    const disk = {
      virtualSize: 2 ** 20,
      read: () => {
        reads += 1;
        return read();
      },
    };
    const log = { error: () => undefined };
    return generalizeInJob(context, { disk, progress: { bytes_done: 0n }, attempts: ATTEMPTS, log });
  }

  it('is left as it is, and not read, by the last attempt: workers before it may have died of the disk', async () => {
    const generalization = await attempt(ATTEMPTS, () => Promise.resolve(Buffer.alloc(2 ** 20)));
    expect(generalization).toMatchObject({
      patches: [],
      report: { changes: [], left: [{ code: 'unreadable' }], not_listed: 0 },
      generalized_at: CREATED_AT.toISOString(),
    });
    expect(reads).toBe(0);
  });

  it('is read by the others, whose failure is that of its source', async () => {
    const { report } = await attempt(1, () => Promise.resolve(Buffer.alloc(2 ** 20)));
    expect(report.left).toMatchObject([{ code: 'no_linux' }]);
    expect(reads).toBeGreaterThan(0);
    const away = new Error('the host is away');
    await expect(attempt(2, () => Promise.reject(away))).rejects.toBe(away);
  });
});
