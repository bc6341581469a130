import { randomUUID } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  finish,
  type JobsUnderTest,
  jobsUnderTest,
  tellOfReport,
  type ToyJob,
  type ToyPhase,
} from '../test/jobs-under-test.ts';

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

/** Notes its name and goes on. */
const noting =
  (name: string, next: string): ToyPhase =>
  ({ data }) =>
    Promise.resolve({ next, data: { notes: [...data.notes, name] } });

/** A phase the test lets end. */
function gate(): { phase: ToyPhase; reached: Promise<void>; open: () => void } {
  const reached: PromiseWithResolvers<void> = Promise.withResolvers();
  const opened: PromiseWithResolvers<void> = Promise.withResolvers();
  const phase: ToyPhase = async ({ data, signal }) => {
    reached.resolve();
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('the phase noticed its signal'));
      });
    });
    await Promise.race([opened.promise, aborted]);
    return { next: 'last', data };
  };
  return { phase, reached: reached.promise, open: opened.resolve };
}

describe('a job', () => {
  it('runs through its phases in their order, keeps what they find, and ends with one event', async () => {
    jobs.run({ phases: { first: noting('first', 'second'), second: noting('second', 'last'), last: finish } });
    const id = await jobs.queue();
    const job = await untilState(id, 'succeeded');
    expect(job).toMatchObject({ phase: 'last', data: { notes: ['first', 'second'] }, error: null });
    expect(job.finished_at?.getTime()).toBeGreaterThanOrEqual(job.created_at.getTime());
    expect(await jobs.ends(id)).toEqual(['ImageImported']);
    const views = (await jobs.events(id)).map((event) => event.job);
    expect([...new Set(views.map(({ phase }) => phase))]).toEqual(['first', 'second', 'last']);
    expect(views.at(-1)).toMatchObject({ state: 'succeeded' });
    const versions = views.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other));
  });

  it('tells what a phase has found with the step to the next one: when the step is not made, it is not told', async () => {
    const tries: number[] = [];
    const first: ToyPhase = async ({ job, data }) => {
      tries.push(job.attempt);
      // As if the worker were lost with its work done and nothing said of it.
      if (tries.length === 1) await jobs.db.query('UPDATE jobs SET fencing_token = fencing_token + 1');
      return { next: 'last', data, tells: tellOfReport };
    };
    jobs.run({ phases: { first, last: finish } });
    const id = await jobs.queue();
    await eventually(async () => {
      if (tries.length === 1) await jobs.expire(id);
      expect(tries).toHaveLength(2);
    });
    await untilState(id, 'succeeded');
    expect(await jobs.ends(id)).toEqual(['ImageExamined', 'ImageImported']);
    const [told, end] = (await jobs.events(id)).slice(-2).map(({ job }) => job);
    expect(told).toMatchObject({ phase: 'last', state: 'running' });
    expect(end?.version).toBeGreaterThan(told?.version ?? 0);
  });

  it('runs once, however many runners there are', async () => {
    const ran: string[] = [];
    const first: ToyPhase = async ({ job, data }) => {
      ran.push(job.id);
      await new Promise(setImmediate);
      return { next: 'last', data };
    };
    const ids = await Promise.all(Array.from({ length: 40 }, () => jobs.queue()));
    for (let runner = 0; runner < 3; runner++) jobs.run({ phases: { first, last: finish }, concurrency: 3 });
    for (const id of ids) await untilState(id, 'succeeded');
    expect(ran.sort()).toEqual([...ids].sort());
    for (const id of ids) expect(await jobs.ends(id)).toEqual(['ImageImported']);
  });

  it("does not wait behind another project's many", async () => {
    for (let count = 0; count < 10; count++) await jobs.queue({ project: 'busy' });
    const claim = async (): Promise<string | undefined> => (await jobs.store.claim(jobs.db, 'w', 30))?.project_id;
    expect(await claim()).toBe('busy');
    await jobs.queue({ project: 'modest' });
    await jobs.queue({ project: 'modest' });
    expect([await claim(), await claim(), await claim(), await claim()]).toEqual(['modest', 'busy', 'modest', 'busy']);
  });

  it('is the same job when it is asked for again under the same key', async () => {
    const [one, other] = await Promise.all([jobs.queue({ key: 'k' }), jobs.queue({ key: 'k' })]);
    expect(one).toBe(other);
    expect(await jobs.queue({ key: 'k', project: 'p2' })).not.toBe(one);
    expect(await jobs.queue()).not.toBe(await jobs.queue());
  });
});

describe('a job that fails', () => {
  it('fails at once, with its phase, when a phase refuses', async () => {
    let tries = 0;
    const first: ToyPhase = () => {
      tries += 1;
      throw refusal('image.empty', 'It has no bytes.');
    };
    jobs.run({ phases: { first } });
    const id = await jobs.queue();
    const job = await untilState(id, 'failed');
    expect(job.error).toMatchObject({ code: 'image.empty', phase: 'first', remedy: expect.any(String) });
    expect(tries).toBe(1);
    expect(await jobs.ends(id)).toEqual(['ImageImportFailed']);
  });

  it('is tried again after a fault, then failed with the number of tries', async () => {
    let tries = 0;
    const first: ToyPhase = () => {
      tries += 1;
      return Promise.reject(new Error('secret'));
    };
    jobs.run({ phases: { first }, maximumAttempts: 2 });
    const id = await jobs.queue();
    const job = await untilState(id, 'failed');
    expect(job.error).toMatchObject({ code: 'job.attempts_exhausted', details: { attempts: 2 } });
    expect(JSON.stringify(job.error)).not.toContain('secret');
    expect(tries).toBe(2);
    expect(await jobs.ends(id)).toEqual(['ImageImportFailed']);
    const states = (await jobs.events(id)).map((event) => event.job.state);
    expect(states).toEqual(['running', 'queued', 'running', 'failed']);
  });

  it('is not tried for ever because it saves something before it fails', async () => {
    const first: ToyPhase = async ({ data, save }) => {
      await save({ notes: [...data.notes, 'saved'] });
      throw new Error('after the save');
    };
    jobs.run({ phases: { first }, maximumAttempts: 2 });
    const id = await jobs.queue();
    expect((await untilState(id, 'failed')).data.notes).toEqual(['saved', 'saved']);
  });

  it('counts its tries anew when it comes further than before', async () => {
    let tries = 0;
    const first: ToyPhase = async ({ data, job, progress, save }) => {
      tries += 1;
      progress({ bytes_done: job.bytes_done + 10n, bytes_total: 40n });
      await save(data);
      if (tries < 4) throw new Error('a bad network');
      return { next: 'last', data };
    };
    jobs.run({ phases: { first, last: finish }, maximumAttempts: 2 });
    const id = await jobs.queue();
    expect((await untilState(id, 'succeeded')).bytes_done).toBe(40n);
  });

  it('is retried when nothing moves, then failed as stalled', async () => {
    const first: ToyPhase = ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      });
    jobs.run({ phases: { first }, stallSeconds: 0.2, maximumAttempts: 2 });
    const id = await jobs.queue();
    const job = await untilState(id, 'failed');
    expect(job.error).toMatchObject({ code: 'job.stalled', phase: 'first' });
    expect(await jobs.ends(id)).toEqual(['ImageImportFailed']);
  });

  it('is cleaned up after its end is committed; a clean-up that fails changes nothing', async () => {
    const cleaned: string[] = [];
    const first: ToyPhase = () => Promise.reject(refusal('image.empty', 'It has no bytes.'));
    jobs.run({
      phases: { first },
      ended: async (tx, { id }) => {
        await tx.query('UPDATE jobs SET actor = $2 WHERE id = $1', [id, 'ended']);
      },
      cleanUp: ({ id, state }) => {
        cleaned.push(`${id} ${state}`);
        return Promise.reject(new Error('cannot clean up'));
      },
    });
    const id = await jobs.queue();
    expect(await untilState(id, 'failed')).toMatchObject({ actor: 'ended' });
    await eventually(() => {
      expect(cleaned).toEqual([`${id} failed`]);
    });
    const next = await jobs.queue();
    await untilState(next, 'failed');
  });
});

describe('a cancel', () => {
  it('ends a queued job at once', async () => {
    const id = await jobs.queue();
    expect(await jobs.cancel(id)).toMatchObject({ state: 'cancelled', error: { code: 'job.cancelled' } });
    const ran: string[] = [];
    jobs.run({ phases: { first: ({ job }) => Promise.reject(new Error(ran.push(job.id).toString())) } });
    const other = await jobs.queue();
    await untilState(other, 'queued');
    expect(ran).not.toContain(id);
    expect(await jobs.ends(id)).toEqual(['ImageImportCancelled']);
  });

  it('stops a running one in the middle of its phase', async () => {
    const { phase, reached } = gate();
    const runner = jobs.run({ phases: { first: phase, last: finish } });
    const id = await jobs.queue();
    runner.wake();
    await reached;
    expect(await jobs.cancel(id)).toMatchObject({ state: 'cancelling' });
    runner.noticeCancel(id);
    expect((await untilState(id, 'cancelled')).error).toMatchObject({ code: 'job.cancelled', phase: 'first' });
    expect(await jobs.ends(id)).toEqual(['ImageImportCancelled']);
    expect(await jobs.cancel(id)).toBeNull();
  });

  it('is noticed also when it was asked for in another process', async () => {
    const { phase, reached } = gate();
    jobs.run({ phases: { first: phase, last: finish } });
    const id = await jobs.queue();
    await reached;
    await jobs.cancel(id);
    await untilState(id, 'cancelled');
  });

  it('ends a job whose phase does not heed its signal; what the phase still does is not kept', async () => {
    const deaf: PromiseWithResolvers<void> = Promise.withResolvers();
    const late: PromiseWithResolvers<unknown> = Promise.withResolvers();
    const reached: PromiseWithResolvers<void> = Promise.withResolvers();
    const first: ToyPhase = async ({ data, save }) => {
      reached.resolve();
      await deaf.promise;
      await save({ notes: ['late'] }).catch(late.resolve);
      return { next: 'last', data };
    };
    const runner = jobs.run({ phases: { first, last: finish } });
    const id = await jobs.queue();
    await reached.promise;
    await jobs.cancel(id);
    runner.noticeCancel(id);
    await untilState(id, 'cancelled');
    deaf.resolve();
    expect(await late.promise).toMatchObject({ name: 'LeaseLostError' });
    expect((await jobs.job(id)).data.notes).toEqual([]);
    expect(await jobs.ends(id)).toEqual(['ImageImportCancelled']);
  });

  it('that comes after the last step leaves the truth: the job succeeded', async () => {
    let id = '';
    const last: ToyPhase = async (context) => {
      await jobs.cancel(id);
      return finish(context);
    };
    id = await jobs.queue({ phase: 'last' });
    jobs.run({ phases: { last }, pace: { beat: 3_600_000 } }); // no beat tells of it before the phase is done
    expect((await untilState(id, 'succeeded')).error).toBeNull();
    expect(await jobs.ends(id)).toEqual(['ImageImported']);
  });

  it('ends a job whose worker is gone', async () => {
    const id = await jobs.queue();
    await jobs.store.claim(jobs.db, 'gone', 30);
    await jobs.cancel(id);
    await jobs.expire(id);
    jobs.run({ phases: { first: finish } });
    await untilState(id, 'cancelled');
    expect(await jobs.ends(id)).toEqual(['ImageImportCancelled']);
  });

  it('is not undone by a phase that fails at the same time', async () => {
    const { phase, reached } = gate();
    let id = '';
    const first: ToyPhase = async (context) => {
      await phase(context).catch(() => undefined);
      throw refusal('image.empty', 'It has no bytes.');
    };
    const runner = jobs.run({ phases: { first } });
    id = await jobs.queue();
    await reached;
    await jobs.cancel(id);
    runner.noticeCancel(id);
    await untilState(id, 'cancelled');
    expect(await jobs.ends(id)).toEqual(['ImageImportCancelled']);
  });
});

describe('the jobs of an image', () => {
  it('are found while they live', async () => {
    const image = randomUUID();
    const alive = await jobs.queue({ image });
    const ended = await jobs.queue({ image });
    await jobs.cancel(ended);
    const found = await jobs.db.transaction((tx) => jobs.store.lockAliveOfImage(tx, image));
    expect(found.map(({ id }) => id)).toEqual([alive]);
  });
});

describe('a job of a host', () => {
  it('is done by the workers of that host only, who do what belongs to no host too', async () => {
    const bound = await jobs.queue({ host: 'host-1' });
    const free = [await jobs.queue(), await jobs.queue()];
    jobs.run({ phases: { first: finish } });
    jobs.run({ phases: { first: finish }, host: 'host-2' });
    for (const id of free) await untilState(id, 'succeeded');
    expect(await jobs.job(bound)).toMatchObject({ state: 'queued', host_id: 'host-1' });
    expect(await jobs.store.claim(jobs.db, 'w', 30)).toBeNull();
    expect(await jobs.store.claim(jobs.db, 'w', 30, { host: 'host-2' })).toBeNull();
    await jobs.stopRunners();
    const another = await jobs.queue();
    jobs.run({ phases: { first: finish }, host: 'host-1' });
    await untilState(bound, 'succeeded');
    await untilState(another, 'succeeded');
  });

  it('is taken over from a lost worker by another one of its host only', async () => {
    const id = await jobs.queue({ host: 'host-1' });
    await jobs.store.claim(jobs.db, 'gone', 30, { host: 'host-1' });
    await jobs.expire(id);
    expect(await jobs.store.claim(jobs.db, 'w', 30, { host: 'host-2' })).toBeNull();
    jobs.run({ phases: { first: finish }, host: 'host-1' });
    await untilState(id, 'succeeded');
  });

  it('may be given its host when it is promised', async () => {
    const id = await jobs.queue();
    await jobs.db.query(`UPDATE jobs SET state = 'admitting' WHERE id = $1`, [id]);
    expect(await jobs.store.admit(jobs.db.manager, id, undefined, 'host-1')).toMatchObject({ host_id: 'host-1' });
    expect(await jobs.store.forget(jobs.db.manager, id)).toBe(false);
  });
});
