import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JOB_PACE } from './index.ts';
import { finish, type JobsUnderTest, jobsUnderTest, type ToyJob, type ToyPhase } from '../test/jobs-under-test.ts';

let jobs: JobsUnderTest;

beforeAll(async () => {
  jobs = await jobsUnderTest();
});
beforeEach(() => jobs.reset());
afterAll(() => jobs.close());

async function untilState(jobId: string, state: ToyJob['state']): Promise<ToyJob> {
  return eventually(async () => {
    const job = await jobs.job(jobId);
    expect(job.state).toBe(state);
    return job;
  });
}

describe('a worker that lost its job', () => {
  it('writes nothing and emits nothing; the next one goes on from what was saved', async () => {
    const reached: PromiseWithResolvers<void> = Promise.withResolvers();
    const takenOver: PromiseWithResolvers<void> = Promise.withResolvers();
    const refused: unknown[] = [];
    const stale: ToyPhase = async ({ data, save, assertLease, progress }) => {
      await save({ notes: [...data.notes, 'saved by the first'] });
      reached.resolve();
      await takenOver.promise;
      progress({ bytes_done: 999n });
      const outside = jobs.db.manager;
      await save({ notes: ['by the stale one'] }, async () => {
        await outside.query('DELETE FROM jobs');
      }).catch((error: unknown) => refused.push(error));
      await assertLease().catch((error: unknown) => refused.push(error));
      return { next: 'last', data: { notes: ['by the stale one'] } };
    };
    // One place, held until the phase ends: this runner does not take the job over itself.
    jobs.run({ phases: { first: stale, last: finish }, concurrency: 1, pace: { grace: 60_000 } });
    const id = await jobs.queue();
    await reached.promise;
    await jobs.expire(id);
    const next: ToyPhase = ({ data }) =>
      Promise.resolve({ next: 'last', data: { notes: [...data.notes, 'by the next'] } });
    const claimed = await jobs.store.claim(jobs.db, 'a process that dies at once', 0);
    expect(claimed?.id).toBe(id);
    jobs.run({ phases: { first: next, last: finish } });
    await untilState(id, 'succeeded');
    takenOver.resolve();
    await eventually(() => {
      expect(refused).toMatchObject([{ name: 'LeaseLostError' }, { name: 'LeaseLostError' }]);
    });
    await jobs.stopRunners();
    const job = await jobs.job(id);
    expect(job).toMatchObject({ state: 'succeeded', data: { notes: ['saved by the first', 'by the next'] } });
    expect(job.bytes_done).toBe(0n);
    expect(await jobs.ends(id)).toEqual(['ImageImported']);
  });

  it('stops by itself when it cannot renew its lease', async () => {
    const stopped: PromiseWithResolvers<unknown> = Promise.withResolvers();
    const reached: PromiseWithResolvers<void> = Promise.withResolvers();
    const first: ToyPhase = ({ signal }) =>
      new Promise((_resolve, reject) => {
        reached.resolve();
        signal.addEventListener('abort', () => {
          stopped.resolve(signal.reason);
          reject(new Error('stopped'));
        });
      });
    jobs.run({ phases: { first }, leaseSeconds: 30 });
    const id = await jobs.queue();
    await reached.promise;
    await jobs.db.query('UPDATE jobs SET fencing_token = fencing_token + 1 WHERE id = $1', [id]);
    expect(await stopped.promise).toMatchObject({ name: 'LeaseLostError' });
    expect((await jobs.job(id)).state).toBe('running'); // it is the other holder's to say
    expect(await jobs.ends(id)).toEqual([]);
  });
});

describe('a job whose workers die', () => {
  it('is taken over when the lease has run out, not before', async () => {
    const id = await jobs.queue();
    expect((await jobs.store.claim(jobs.db, 'first', 30))?.fencing_token).toBe(1n);
    expect(await jobs.store.claim(jobs.db, 'second', 30)).toBeNull();
    await jobs.expire(id);
    expect(await jobs.store.claim(jobs.db, 'second', 30)).toMatchObject({ fencing_token: 2n, attempt: 2 });
  });

  it('is failed after as many as it may have', async () => {
    const id = await jobs.queue();
    for (let death = 0; death < 3; death++) {
      await jobs.store.claim(jobs.db, 'dies', 30);
      await jobs.expire(id);
    }
    let ran = false;
    const first: ToyPhase = () => {
      ran = true;
      return Promise.reject(new Error('never reached'));
    };
    jobs.run({ phases: { first }, maximumAttempts: 3 });
    expect((await untilState(id, 'failed')).error).toMatchObject({ code: 'job.attempts_exhausted', phase: 'first' });
    expect(ran).toBe(false);
    expect(await jobs.ends(id)).toEqual(['ImageImportFailed']);
  });
});

describe('a lease', () => {
  it('is kept for as long as the job runs, however short it is', async () => {
    const claims: number[] = [];
    const first: ToyPhase = async ({ data, job, signal }) => {
      claims.push(Number(job.fencing_token));
      await eventually(
        async () => {
          signal.throwIfAborted();
          expect(Date.now() - (job.started_at?.getTime() ?? 0)).toBeGreaterThan(2_500); // more than two leases
          await Promise.resolve();
        },
        { interval: 100 },
      );
      return { next: 'last', data };
    };
    const settings = { phases: { first, last: finish }, leaseSeconds: 1 };
    jobs.run(settings);
    jobs.run(settings);
    const id = await jobs.queue();
    await untilState(id, 'succeeded');
    expect(claims).toEqual([1]);
  });
});

describe('progress', () => {
  it('is published at most once a second, and the last of it with the end', async () => {
    const began = performance.now();
    const first: ToyPhase = async ({ data, progress }) => {
      for (let done = 1n; performance.now() - began < 2_500; done++) {
        progress({ bytes_done: done, bytes_total: 1_000_000n });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      progress({ bytes_done: 1_000_000n, bytes_total: 1_000_000n });
      return { next: 'last', data };
    };
    jobs.run({ phases: { first, last: finish }, pace: { beat: JOB_PACE.beat } });
    const id = await jobs.queue();
    const job = await untilState(id, 'succeeded');
    const views = (await jobs.events(id)).map((event) => event.job);
    const inFirst = views.filter(({ phase }) => phase === 'first');
    const seconds = Math.ceil((performance.now() - began) / 1000);
    expect(inFirst.length).toBeGreaterThanOrEqual(2);
    expect(inFirst.length).toBeLessThanOrEqual(seconds + 1);
    const done = views.map(({ bytes_done }) => Number(bytes_done));
    expect(done).toEqual([...done].sort((one, other) => one - other));
    expect(inFirst.at(-1)).toMatchObject({ rate: expect.stringMatching(/^\d+$/), eta: expect.any(Number) });
    expect(job).toMatchObject({ bytes_done: 1_000_000n, bytes_total: 1_000_000n, rate: null, eta: null });
  });
});

describe('a shutdown', () => {
  it('gives the running jobs back at once, without costing them a try, and takes no more', async () => {
    const reached: PromiseWithResolvers<void> = Promise.withResolvers();
    const first: ToyPhase = ({ signal }) =>
      new Promise((_resolve, reject) => {
        reached.resolve();
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      });
    const runner = jobs.run({ phases: { first }, concurrency: 1 });
    const id = await jobs.queue();
    const waiting = await jobs.queue();
    await reached.promise;
    await runner.stop();
    runner.wake();
    expect(await jobs.job(id)).toMatchObject({ state: 'queued', attempt: 0, lease_owner: null });
    expect(await jobs.job(waiting)).toMatchObject({ state: 'queued', attempt: 0 });
    jobs.run({ phases: { first: finish } });
    await untilState(id, 'succeeded');
    await untilState(waiting, 'succeeded');
    expect(await jobs.ends(id)).toEqual(['ImageImported']);
  });

  it('gives back also what was being claimed at that moment', async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => jobs.queue()));
    for (let time = 0; time < 10; time++) {
      const runner = jobs.run({ phases: { first: ({ data }) => Promise.resolve({ next: 'first', data }) } });
      await new Promise(setImmediate);
      await runner.stop();
      for (const id of ids) expect(await jobs.job(id)).toMatchObject({ state: 'queued', lease_owner: null });
    }
  });
});
