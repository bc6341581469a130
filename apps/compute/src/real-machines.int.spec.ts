import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ChangeServerOs,
  CreateServers,
  DeleteServer,
  GetServer,
  GetServerConsole,
  OperateServer,
  type RequestDefinition,
  type ServerRecord,
} from '@imago/contracts';
import { Regions } from '@imago/object-store';
import { rootLogger, type RunningService, startService } from '@imago/service';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { bootDisk } from '../test/boot-disk.ts';
import { REGION, serversOf, tenant } from '../test/requests.ts';
import { startSurroundings, type Surroundings } from '../test/surroundings.ts';
import { computeService } from './compute-service.ts';
import type { ComputeConfig } from './config.ts';

// Machines are emulated where there is no KVM.
jest.setTimeout(180_000);

describe('the compute service with real machines', () => {
  let surroundings: Surroundings;
  let running: RunningService;

  async function start(change: Partial<ComputeConfig> = {}): Promise<void> {
    const config = { ...surroundings.config, COMPUTE_STOP_PATIENCE_SECONDS: 0, ...change };
    running = await startService(computeService(config), rootLogger('compute', 'silent'));
  }

  /** The host runs servers from now on. */
  async function startHost(change: Partial<ComputeConfig> = {}): Promise<void> {
    await start(change);
    await eventually(async () => {
      const hosts = await running.app.get(DataSource).query('SELECT unavailable FROM compute.hosts');
      expect(hosts).toEqual([{ unavailable: null }]);
    });
  }

  beforeAll(async () => {
    surroundings = await startSurroundings();
    await startHost();
  }, 300_000);

  afterAll(async () => {
    await running.stop();
    await surroundings.close();
  });

  const ask = <R extends RequestDefinition>(definition: R, data: R['request']['_input']) =>
    surroundings.neighbours.requests.send(definition, data, { context: tenant() });

  /** An image whose machines write the line. */
  async function imageOf(line: string): Promise<string> {
    const { catalog } = surroundings.neighbours;
    const disk = bootDisk(line);
    const bytes = BigInt(disk.length);
    const object = { disk_format: 'raw', size: bytes.toString() } as const;
    const id = catalog.add({ min_disk: 1, virtual_bytes: bytes, object });
    const { key } = catalog.images.get(id)?.object ?? { key: '' };
    await running.app.get(Regions).get(REGION).store.put(key, disk);
    return id;
  }

  const of = (id: string) => ({ server_id: id, region: REGION });

  const until = (id: string, change: Partial<ServerRecord>): Promise<ServerRecord> =>
    eventually(
      async () => {
        const { server } = await ask(GetServer, of(id));
        expect(server).toMatchObject({ task: null, ...change });
        return server;
      },
      { timeout: 120_000 },
    );

  const untilShown = (id: string, line: string): Promise<void> =>
    eventually(
      async () => {
        expect((await ask(GetServerConsole, { ...of(id), length: 10_000 })).output).toContain(line);
      },
      { timeout: 120_000 },
    );

  const operate = (id: string, action: 'start' | 'stop' | 'reboot') =>
    ask(OperateServer, { ...of(id), action, idempotency_key: null });

  const directoryOf = (id: string): string => join(surroundings.config.COMPUTE_DIRECTORY, 'servers', id);

  const pidOf = async (id: string): Promise<number> => Number(await readFile(join(directoryOf(id), 'pid'), 'utf8'));

  async function order(imageId: string): Promise<string> {
    const { servers } = await ask(CreateServers, serversOf(imageId));
    return servers[0]?.id ?? '';
  }

  it('boots a server from its image, notices its crash, and gives it another system', async () => {
    const [first, second] = [await imageOf('this is the first'), await imageOf('this is the second')];
    const id = await order(first);
    await until(id, { status: 'running' });
    await untilShown(id, 'this is the first');
    process.kill(await pidOf(id), 'SIGKILL');
    const crashed = await until(id, { status: 'stopped' });
    expect(crashed.fault).toMatchObject({ code: 'server.crashed' });
    await ask(ChangeServerOs, { ...of(id), image_id: second, user_data: null, idempotency_key: null });
    await until(id, { status: 'stopped', image_id: second, fault: null });
    await operate(id, 'start');
    await until(id, { status: 'running' });
    await untilShown(id, 'this is the second');
    await ask(DeleteServer, of(id));
    const { catalog } = surroundings.neighbours;
    await eventually(async () => {
      await expect(ask(GetServer, of(id))).rejects.toMatchObject({ code: 'server.not_found' });
      expect([...catalog.holders(first), ...catalog.holders(second)]).toEqual([]);
    });
    expect(existsSync(directoryOf(id))).toBe(false);
  });

  it('leaves its machines running when it ends, and finds them again', async () => {
    const id = await order(await imageOf('still here'));
    await until(id, { status: 'running' });
    const pid = await pidOf(id);
    await running.stop();
    expect(() => process.kill(pid, 0)).not.toThrow();
    await startHost();
    const found = await until(id, { status: 'running' });
    await operate(id, 'stop');
    await until(id, { status: 'stopped' });
    expect(found.fault).toBeNull();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('switches its machines off when it ends, where that is wished for', async () => {
    await running.stop();
    await startHost({ COMPUTE_STOP_SERVERS_AT_END: 'true' });
    const id = await order(await imageOf('until the end'));
    await until(id, { status: 'running' });
    const pid = await pidOf(id);
    await running.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await startHost();
    expect(await until(id, { status: 'stopped' })).toMatchObject({ fault: null });
  });

  it('runs without a hypervisor, and says so to whoever orders', async () => {
    await running.stop();
    await start({ IMAGO_QEMU_SYSTEM: 'no-such-qemu' });
    const ready = await fetch(`http://127.0.0.1:${running.port}/health/ready`);
    expect(ready.status).toBe(200);
    const image = surroundings.neighbours.catalog.add();
    await expect(ask(CreateServers, serversOf(image))).rejects.toMatchObject({ code: 'server.host_not_available' });
  });
});
