import { ChangeServerOs, DeleteServer, type JobView, type ServerTask } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import { REGION } from '../../test/requests.ts';
import { TASK_MOMENTS, type TaskMoment } from '../../test/task-moments.ts';

/** What is told of a server after each task, and what it is then. */
const OUTCOMES: Readonly<Record<TaskMoment['task'], { readonly told: readonly string[]; readonly status: string }>> = {
  creating: { told: ['ServerCreated', 'ServerStarted'], status: 'running' },
  starting: { told: ['ServerStarted'], status: 'running' },
  stopping: { told: ['ServerStopped'], status: 'stopped' },
  rebooting: { told: ['ServerRebooted'], status: 'running' },
  changing_os: { told: ['ServerOsChanged'], status: 'stopped' },
  deleting: { told: ['ServerDeleted'], status: 'deleted' },
};

describe('a worker that is lost', () => {
  let compute: ComputeUnderTest;

  beforeAll(async () => {
    compute = await startCompute({ COMPUTE_HEARTBEAT_SECONDS: '0.5' });
  });

  afterEach(() => compute.dismiss());

  afterAll(() => compute.close());

  /** A server in the state a task begins with; answers its id, or null where the task makes it. */
  async function prepare(task: ServerTask, image: string): Promise<string | null> {
    if (task === 'creating') return null;
    await compute.hire();
    const isOff = task === 'starting' || task === 'changing_os';
    const { id } = isOff ? await compute.stopped(image) : await compute.running(image);
    await compute.dismiss();
    await compute.looks.told(id, ['ServerCreated', 'ServerStarted', ...(isOff ? ['ServerStopped'] : [])]);
    return id;
  }

  async function order(task: ServerTask, image: string, id: string | null): Promise<{ job: JobView; id: string }> {
    if (id === null) {
      const { job, servers } = await compute.create(image);
      return { job, id: servers[0]?.id ?? '' };
    }
    const of = { server_id: id, region: REGION };
    switch (task) {
      case 'starting':
      case 'stopping':
      case 'rebooting': {
        const action = ({ starting: 'start', stopping: 'stop', rebooting: 'reboot' } as const)[task];
        return { job: await compute.operate(id, action), id };
      }
      case 'changing_os': {
        const next = { image_id: compute.catalog.add(), user_data: null, idempotency_key: null };
        return { job: (await compute.ask(ChangeServerOs, { ...of, ...next })).job, id };
      }
      case 'deleting':
        return { job: (await compute.ask(DeleteServer, of)).job, id };
      default:
        throw new Error(`${task} is no order for one server`);
    }
  }

  it.each(TASK_MOMENTS)('while $task, $when $action, is followed by one that ends the job', async (moment) => {
    const { task, action, when } = moment;
    const image = compute.catalog.add();
    const prepared = await prepare(task, image);
    const toldBefore = prepared === null ? 0 : compute.recorder.about(prepared).length;
    const lost = await compute.hire();
    const held = lost.gate.hold(action, when);
    const { job, id } = await order(task, image, prepared);
    await held.arrived;
    await lost.lose();
    held.release();
    await compute.looks.expireLease(job.id);
    await compute.hire();
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobSucceeded']);
    const { told, status } = OUTCOMES[task];
    expect(await compute.looks.row(id)).toMatchObject({ status, task: null, job_id: null, fault: null });
    await eventually(() => {
      const types = compute.recorder.about(id).map(({ type }) => type);
      expect(types.slice(toldBefore)).toEqual(told);
    });
    expect(compute.machines.servers.has(id)).toBe(status !== 'deleted');
    await eventually(() => {
      expect(compute.catalog.holders(image)).toHaveLength(task === 'deleting' || task === 'changing_os' ? 0 : 1);
    });
  });

  it('leaves the servers of a batch that were finished as they are', async () => {
    const image = compute.catalog.add();
    const lost = await compute.hire();
    const held = lost.gate.hold('start', 'before');
    const { job, servers } = await compute.create(image, { count: 3 });
    await held.arrived;
    expect(lost.gate.count('create')).toBe(3);
    await lost.lose();
    await compute.looks.expireLease(job.id);
    const rescuer = await compute.hire();
    expect(await compute.looks.endsOf(job.id)).toEqual(['ServerJobSucceeded']);
    expect([rescuer.gate.count('create'), rescuer.gate.count('start')]).toEqual([0, 3]);
    for (const { id } of servers) await compute.looks.told(id, ['ServerCreated', 'ServerStarted']);
  });

  it('is not replaced by one of another host', async () => {
    await compute.hire('host-2');
    const { job } = await compute.create(compute.catalog.add());
    const own = await compute.hire();
    await compute.looks.ended(job.id);
    expect(own.gate.count('create')).toBe(1);
  });
});
