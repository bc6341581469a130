import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  ChangeServerOs,
  CreateServers,
  DeleteServer,
  GetServer,
  GetServerConsole,
  OperateServer,
  RequestBootProof,
  type ServerRecord,
} from '@imago/contracts';
import { Regions } from '@imago/object-store';
import { rootLogger, type RunningService, startService } from '@imago/service';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootDisk } from '../test/boot-disk.ts';
import type { ComputeUnderTest } from '../test/compute-under-test.ts';
import { fetchExport, type Locked, Locks } from '../test/locks.ts';
import { REGION, serversOf, tenant } from '../test/requests.ts';
import { startSurroundings, type Surroundings } from '../test/surroundings.ts';
import { computeService } from './compute-service.ts';
import type { ComputeConfig } from './config.ts';

const MIB = 2 ** 20;

describe('the compute service with real machines', () => {
  let surroundings: Surroundings;
  let running: RunningService;

  async function start(change: Partial<ComputeConfig> = {}): Promise<void> {
    const patience = { COMPUTE_STOP_PATIENCE_SECONDS: 0, COMPUTE_BOOT_PROOF_SECONDS: 60 };
    const config = { ...surroundings.config, ...patience, ...change };
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
  });

  afterAll(async () => {
    await running.stop();
    await startHost({ COMPUTE_STOP_SERVERS_AT_END: 'true' }); // machines outlive the service, and would this suite
    await running.stop();
    await surroundings.close();
  });

  const ask: ComputeUnderTest['ask'] = (definition, data, context = tenant()) =>
    surroundings.neighbours.requests.send(definition, data, { context });

  /** An image whose machines write the line. */
  const imageOf = (line: string): Promise<string> => imageWith(bootDisk(line));

  /** An image with this disk. */
  async function imageWith(disk: Buffer): Promise<string> {
    const { catalog } = surroundings.neighbours;
    const bytes = BigInt(disk.length);
    const object = { disk_format: 'raw', size: bytes.toString() } as const;
    const id = catalog.add({ min_disk: 1, virtual_bytes: bytes, object });
    const { key } = catalog.images.get(id)?.object ?? { key: '' };
    await running.app.get(Regions).get(REGION).store.put(key, disk);
    return id;
  }

  const of = (id: string) => ({ server_id: id, region: REGION });

  const until = (id: string, change: Partial<ServerRecord>): Promise<ServerRecord> =>
    eventually(async () => {
      const { server } = await ask(GetServer, of(id));
      expect(server).toMatchObject({ task: null, ...change });
      return server;
    });

  const untilShown = (id: string, line: string): Promise<void> =>
    eventually(async () => {
      expect((await ask(GetServerConsole, { ...of(id), length: 10_000 })).output).toContain(line);
    });

  const operate = (id: string, action: 'start' | 'stop' | 'reboot') =>
    ask(OperateServer, { ...of(id), action, idempotency_key: null });

  const directoryOf = (id: string): string => join(surroundings.config.COMPUTE_DIRECTORY, 'servers', id);

  const pidOf = async (id: string): Promise<number> => Number(await readFile(join(directoryOf(id), 'pid'), 'utf8'));

  /** Does with the system disk of a stopped server what a guest could do. */
  async function write(id: string, ...commands: readonly string[]): Promise<void> {
    const names = await readdir(directoryOf(id));
    const overlay = names.find((name) => name.endsWith('.qcow2')) ?? '';
    const program = join(dirname(surroundings.config.IMAGO_QEMU_IMG), 'qemu-io');
    const words = ['-f', 'qcow2', ...commands.flatMap((command) => ['-c', command]), join(directoryOf(id), overlay)];
    await promisify(execFile)(program, words);
  }

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

  it('leaves its machines running when it ends, and finds them again', EXHAUSTIVE, async () => {
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

  it('switches its machines off when it ends, where that is wished for', EXHAUSTIVE, async () => {
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

  it('gives out the disk of a stopped server as it is, after a restart too, and not once it is free again', async () => {
    const id = await order(await imageOf('to be captured'));
    await until(id, { status: 'running' });
    await operate(id, 'stop');
    await until(id, { status: 'stopped' });
    await write(id, 'write -P 7 1M 64k', 'write -P 9 640M 2M');
    const locks = new Locks({ ask });
    const lockId = randomUUID();
    const first = await locks.take(id, lockId, tenant());
    const expected = Buffer.alloc(3 * MIB).fill(7, MIB, MIB + 65_536);
    bootDisk('to be captured').copy(expected);
    const expectGiven = async (given: Locked['export']): Promise<void> => {
      const map: unknown = await (await fetchExport(given, 'map')).json();
      expect(map).toEqual({
        changed: [
          [MIB, MIB],
          [640 * MIB, 2 * MIB],
        ],
      });
      const head = await fetchExport(given, 'data', `bytes=0-${3 * MIB - 1}`);
      expect(Buffer.from(await head.arrayBuffer()).equals(expected)).toBe(true);
      const tail = await fetchExport(given, 'data', `bytes=${642 * MIB - 1}-${642 * MIB}`);
      expect(Buffer.from(await tail.arrayBuffer())).toEqual(Buffer.from([9, 0]));
    };
    await expectGiven(first.export);
    await running.stop();
    await expect(fetchExport(first.export, 'map')).rejects.toThrow();
    await startHost();
    const again = await locks.look(id, lockId);
    expect(again.disk).toEqual(first.disk);
    await expectGiven(again.export);
    await expect(operate(id, 'start')).rejects.toMatchObject({ code: 'server.busy' });
    await locks.release(lockId);
    expect((await fetchExport(again.export, 'map')).status).toBe(404);
    await operate(id, 'start');
    await until(id, { status: 'running' });
    await expect(locks.take(id, randomUUID(), tenant())).rejects.toMatchObject({ code: 'server.not_stopped' });
  });

  it('takes the lock of a server back whose disk is written meanwhile', EXHAUSTIVE, async () => {
    const id = await order(await imageOf('to be written'));
    await until(id, { status: 'running' });
    await operate(id, 'stop');
    await until(id, { status: 'stopped' });
    const locks = new Locks({ ask });
    const lockId = randomUUID();
    const given = await locks.take(id, lockId, tenant());
    expect((await fetchExport(given.export, 'data', 'bytes=0-511')).status).toBe(206);
    await write(id, 'write -P 7 1M 64k');
    expect((await fetchExport(given.export, 'data', 'bytes=0-511')).status).toBe(404);
    expect(await locks.renew(lockId)).toEqual([lockId]);
    await until(id, { status: 'stopped' });
  });

  it('is where an image is booted once, on a machine that is thrown away, and one without a boot sector is not', async () => {
    const wiped = bootDisk('never');
    wiped.fill(0, 0, 512);
    const [bootable, blank] = [await imageOf('\r\nIMAGO DEMO boot 1'), await imageWith(wiped)];
    const { recorder, catalog } = surroundings.neighbours;
    const verdictOn = (id: string): Promise<unknown> =>
      eventually(() => {
        const found = recorder.about(id).find(({ type }) => /^ImageBoot(Not)?Proven$/.test(type));
        if (found === undefined) throw new Error('it was not booted yet');
        return found.data;
      });
    for (const image_id of [bootable, blank]) {
      await ask(RequestBootProof, { image_id, region: REGION, idempotency_key: null });
    }
    expect(await verdictOn(bootable)).toMatchObject({ proof: { status: 'proven', evidence: 'IMAGO DEMO boot 1' } });
    const seen = { status: 'not_proven', code: 'no_bootable_device' };
    const serial_log = expect.stringContaining('Boot failed: not a bootable disk') as string;
    expect(await verdictOn(blank)).toMatchObject({ proof: { ...seen, serial_log } });
    await eventually(async () => {
      expect([...catalog.holders(bootable), ...catalog.holders(blank)]).toEqual([]);
      expect(await running.app.get(DataSource).query('SELECT 1 FROM compute.proof_machines')).toEqual([]);
    });
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
