import { CancelServerJob, CreateServers, ListServers, type ServerRecord } from '@imago/contracts';
import { HypervisorError } from '@imago/hypervisor';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import type { ServerWorker } from '../../test/server-worker.ts';
import { operator, OTHER_PROJECT, PROJECT, REGION, serversOf, tenant } from '../../test/requests.ts';

describe('several servers at once', () => {
  let compute: ComputeUnderTest;
  let image: string;
  let worker: ServerWorker;

  beforeAll(async () => {
    compute = await startCompute({ COMPUTE_MAXIMUM_ATTEMPTS: '2' });
    image = compute.catalog.add();
  });

  beforeEach(async () => {
    worker = await compute.hire();
  });

  afterEach(async () => {
    await compute.dismiss();
    compute.machines.fails = () => null;
  });

  afterAll(() => compute.close());

  const named = (servers: readonly ServerRecord[], name: string): string =>
    servers.find((server) => server.name === name)?.id ?? '';

  it('have an answer each: one that cannot be built fails with its reason, the others run', async () => {
    let second = '';
    const held = worker.gate.hold('create', 'before');
    compute.machines.fails = (action, id) =>
      action === 'create' && id === second ? new HypervisorError('/secret: too large') : null;
    const { job, servers } = await compute.create(image, { count: 3 });
    second = named(servers, 'web-2');
    held.release();
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobFailed']);
    expect((await compute.looks.job(job.id)).error).toMatchObject({
      code: 'server.batch_failed',
      details: { failed: 1, count: 3, servers: [{ server_id: second, code: 'server.build_failed' }] },
    });
    expect(await compute.server(second)).toMatchObject({
      status: 'failed',
      task: null,
      fault: { code: 'server.build_failed' },
    });
    expect(JSON.stringify(await compute.server(second))).not.toContain('secret');
    await compute.looks.told(second, ['ServerFailed']);
    for (const name of ['web-1', 'web-3']) {
      expect(await compute.server(named(servers, name))).toMatchObject({ status: 'running', fault: null });
    }
  });

  it('are tried again after a passing fault, each only for what is not done', async () => {
    let failures = 1;
    compute.machines.fails = (action) => (action === 'start' && failures-- > 0 ? new Error('a moment') : null);
    const { job, servers } = await compute.create(image, { count: 2 });
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobSucceeded']);
    for (const { id } of servers) await compute.looks.told(id, ['ServerCreated', 'ServerStarted']);
    expect(worker.gate.count('create')).toBe(2);
  });

  it('fail as one when there is only one, with its own reason', async () => {
    compute.machines.fails = (action) => (action === 'start' ? new Error('always') : null);
    const { job } = await compute.create(image);
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobFailed']);
    expect((await compute.looks.job(job.id)).error).toMatchObject({ code: 'server.build_failed', phase: 'start' });
  });

  it('are not made any more once cancelled: those without disks go and hold nothing, those with disks stay, off', async () => {
    const own = compute.catalog.add();
    const held = worker.gate.hold('create', 'after');
    const { job, servers } = await compute.create(own, { count: 2 });
    await held.arrived;
    const cancelled = await compute.ask(CancelServerJob, { job_id: job.id });
    expect(cancelled.job.state).toBe('cancelling');
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobCancelled']);
    held.release();
    for (const { id } of servers) await compute.looks.told(id, ['ServerDeleted']);
    await eventually(() => {
      expect(compute.catalog.holders(own)).toEqual([]);
      for (const { id } of servers) expect(compute.machines.servers.has(id)).toBe(false);
    });
  });

  it('stay, off, when they had their disks before the cancel', async () => {
    const held = worker.gate.hold('start', 'before');
    const { job, servers } = await compute.create(image, { count: 2 });
    await held.arrived;
    await compute.ask(CancelServerJob, { job_id: job.id });
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobCancelled']);
    for (const { id } of servers) {
      expect(await compute.looks.row(id)).toMatchObject({ status: 'stopped', task: null, job_id: null });
    }
    held.release();
  });

  it('are taken back at once when their job still waits; for their project and for operators only', async () => {
    await compute.dismiss();
    const own = compute.catalog.add();
    const { job, servers } = await compute.create(own);
    const cancel = (...who: Parameters<typeof tenant>) =>
      compute.ask(CancelServerJob, { job_id: job.id }, tenant(...who));
    await expect(cancel(OTHER_PROJECT)).rejects.toMatchObject({ code: 'job.not_found' });
    await expect(cancel(PROJECT, ['reader'])).rejects.toMatchObject({ code: 'auth.forbidden' });
    expect((await compute.ask(CancelServerJob, { job_id: job.id }, operator())).job.state).toBe('cancelled');
    await expect(cancel()).rejects.toMatchObject({ code: 'job.wrong_state' });
    await compute.looks.told(servers[0]?.id ?? '', ['ServerDeleted']);
    await eventually(() => {
      expect(compute.catalog.holders(own)).toEqual([]);
    });
  });

  it('cannot be cancelled any more when it is one step that has begun', async () => {
    const { id } = await compute.running(image);
    const held = worker.gate.hold('stop', 'before');
    const job = await compute.operate(id, 'stop');
    await held.arrived;
    await expect(compute.ask(CancelServerJob, { job_id: job.id })).rejects.toMatchObject({ code: 'job.wrong_state' });
    held.release();
    await compute.looks.ended(job.id);
  });

  it('are listed newest first, page by page, to their project; operators see all', async () => {
    const project = 'p-list';
    const listed = compute.catalog.add({ owner: project });
    const order = (name: string, count: number) =>
      compute.ask(CreateServers, serversOf(listed, { name, count }), tenant(project));
    const { job } = await order('old', 2);
    await order('new', 3);
    await compute.looks.ended(job.id);
    const list = (change: object = {}, who = tenant(project, ['reader'])) =>
      compute.ask(ListServers, { region: REGION, limit: 2, marker: null, ...change }, who);
    const names: string[] = [];
    let marker: string | null = null;
    do {
      const page = await list({ marker });
      names.push(...page.servers.map(({ name }) => name));
      marker = page.next_marker;
    } while (marker !== null);
    expect(names).toEqual(['new-3', 'new-2', 'new-1', 'old-2', 'old-1']);
    const all = await list({ limit: 1000, image_id: listed }, operator());
    expect(all.servers).toHaveLength(5);
    expect((await list({ limit: 10, name: 'new-2' })).servers.map(({ name }) => name)).toEqual(['new-2']);
    expect((await list({ limit: 10, status: 'failed' })).servers).toEqual([]);
    expect((await list({}, tenant(OTHER_PROJECT))).servers).toEqual([]);
    const others = all.servers[0]?.id ?? '';
    await expect(list({ marker: others }, tenant(OTHER_PROJECT))).rejects.toMatchObject({
      code: 'server.marker_not_found',
    });
  });
});
