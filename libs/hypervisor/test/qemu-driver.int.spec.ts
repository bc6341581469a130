import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, EXHAUSTIVE } from '@imago/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BaseImage, HypervisorError, type MachineChange, type QemuHypervisor } from '../src/index.ts';
import { findAccelerator, runsMachines } from '../src/qemu/accelerator.ts';
import { qemuAbilities } from '../src/qemu/qemu-program.ts';
import { sleepyDisk, talkativeDisk } from './boot-sector.ts';
import { QemuHost } from './qemu-host.ts';
import { consoleOf, disk, emptyDisk, serverSpec } from './server-spec.ts';

const GIB = 2n ** 30n;

describe('the driver for qemu', () => {
  let host: QemuHost;
  let hypervisor: QemuHypervisor;
  let talkative: BaseImage;

  beforeAll(async () => {
    host = await QemuHost.open();
    hypervisor = host.hypervisor();
    talkative = await host.images.storeFile(talkativeDisk(), 'raw');
  });
  afterAll(() => host.close(), 60_000);
  afterEach(async () => {
    for (const id of await hypervisor.list()) await hypervisor.delete(id);
  });

  /** A server whose machine writes to its serial port without end. */
  const talkativeServer = (): ReturnType<typeof serverSpec> => serverSpec({ system_disk: disk(GIB, talkative) });

  it('gives a disk exactly its size, and writes no path of its base into it', async () => {
    const spec = serverSpec({ system_disk: disk(GIB + 512n, talkative), data_disks: [emptyDisk(5n * GIB)] });
    await hypervisor.create(spec);
    const sizes = [];
    for (const path of await host.disksOf(spec.id)) {
      const info = JSON.parse(await host.qemuImg('info', '--output=json', path));
      expect(info).toMatchObject({ format: 'qcow2' });
      expect(Object.keys(info).filter((key) => key.includes('backing'))).toEqual([]);
      sizes.push(info['virtual-size']);
    }
    expect(sizes.sort()).toEqual([Number(GIB) + 512, Number(5n * GIB)]);
  });

  it.each([
    ['a size that no disk has', { system_disk: emptyDisk(GIB + 1n) }],
    ['a card that says more than its address', { mac_address: '52:54:00:00:00:01,addr=1' }],
    ['a disk with a path for its name', { data_disks: [{ ...emptyDisk(GIB), id: '../x' }] }],
    ['one disk twice', { data_disks: [serverSpec().system_disk].flatMap((each) => [each, each]) }],
  ])('refuses %s, and starts nothing of it', async (_, changes) => {
    const spec = serverSpec(changes);
    await expect(hypervisor.create(spec)).rejects.toThrow();
    expect(await readdir(join(host.options.directory, 'servers'))).toEqual([]);
  });

  it('serves a base as long as a server reads it', async () => {
    const [first, second] = [talkativeServer(), talkativeServer()];
    const served = (): Promise<string[]> => readdir(join(host.diskServer.directory, 'exports'));
    await Promise.all([hypervisor.create(first), hypervisor.create(second)]);
    await hypervisor.delete(first.id);
    expect(await served()).toEqual([`${talkative.object_id}.json`]);
    await hypervisor.start(second.id);
    await hypervisor.stop(second.id, { patience: 0 });
    await hypervisor.changeSystemDisk(second.id, { disk: emptyDisk(GIB), user_data: null, firmware: 'bios' });
    expect(await served()).toEqual([]);
    expect(await host.disksOf(second.id)).toHaveLength(1);
  });

  it('deletes many at a time, and lists meanwhile', EXHAUSTIVE, async () => {
    const specs = Array.from({ length: 6 }, () => serverSpec());
    for (const spec of specs) await hypervisor.create(spec);
    await Promise.all(
      specs.flatMap(({ id }) => [hypervisor.delete(id), hypervisor.list(), hypervisor.create(serverSpec())]),
    );
    expect((await hypervisor.list()).filter((id) => specs.some((spec) => spec.id === id))).toEqual([]);
  });

  it('runs machines without the secrets, the session and most of the system calls of this process', async () => {
    const spec = serverSpec();
    await hypervisor.create(spec);
    await hypervisor.start(spec.id);
    const pid = await host.pidOf(spec.id);
    expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('VITEST');
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ');
    expect(fields?.[3]).toBe(String(pid));
    const { sandbox } = await qemuAbilities(host.options.qemuSystem);
    expect(await readFile(`/proc/${pid}/status`, 'utf8')).toMatch(sandbox ? /^Seccomp:\t2$/m : /^Seccomp:/m);
  });

  it('bounds the console of a machine that does not stop talking, and counts on', async () => {
    const limit = 64 * 1024;
    const small = host.hypervisor({ consoleLimit: limit });
    small.watch(() => undefined); // who watches cuts
    const spec = talkativeServer();
    await small.create(spec);
    await small.start(spec.id);
    const older = await eventually(async () => {
      const output = await small.console(spec.id, 0n);
      expect(output.offset).toBeGreaterThan(BigInt(limit) * 3n);
      return output;
    });
    const next = await small.console(spec.id, older.offset + BigInt(older.data.length));
    expect(next.offset).toBeGreaterThanOrEqual(older.offset + BigInt(older.data.length));
    expect(older.data.toString().replaceAll('x', '')).toBe('');
    await small.stop(spec.id, { patience: 0 });
    expect((await consoleOf(small, spec.id)).length).toBeLessThanOrEqual(4 * limit);
    const end = await small.console(spec.id, 2n ** 50n);
    await small.start(spec.id);
    await eventually(async () => {
      expect((await small.console(spec.id, 2n ** 50n)).offset).toBeGreaterThan(end.offset);
    });
  });

  it('boots with UEFI where that is asked for', async () => {
    const spec = serverSpec({ firmware: 'uefi', system_disk: disk(GIB, talkative) });
    await hypervisor.create(spec);
    await hypervisor.start(spec.id);
    await eventually(async () => {
      expect(await consoleOf(hypervisor, spec.id)).toContain('BdsDxe');
    });
    const without = host.hypervisor({ ovmf: null });
    await expect(without.create(serverSpec({ firmware: 'uefi' }))).rejects.toThrow(HypervisorError);
  });

  describe('when its process is killed', () => {
    it('between the disks of a server: it can be created again, or deleted', EXHAUSTIVE, async () => {
      const qemuImg = await host.deadly(host.options.qemuImg, 'after');
      for (const repeat of [true, false]) {
        const spec = serverSpec({ data_disks: [emptyDisk(GIB)] });
        await host.cutShort('create', spec, { qemuImg });
        expect(await hypervisor.power(spec.id)).toBeNull();
        expect(await hypervisor.list()).toEqual([spec.id]);
        if (repeat) {
          await hypervisor.create(spec);
          expect(await hypervisor.power(spec.id)).toBe('stopped');
          expect(await host.disksOf(spec.id)).toHaveLength(2);
          await host.checkDisks(spec.id);
        }
        await hypervisor.delete(spec.id);
        expect(await hypervisor.list()).toEqual([]);
      }
    });

    it('while a machine starts: the machine is found, and started no second time', async () => {
      const qemuSystem = await host.deadly(host.options.qemuSystem, 'before');
      const spec = talkativeServer();
      await hypervisor.create(spec);
      // The run that only asks for the version must not be the deadly one.
      await writeFile(
        qemuSystem,
        (await readFile(qemuSystem, 'utf8'))
          .replace('kill', 'case "$*" in *-uuid*) kill')
          .replace('$PPID', '$PPID;; esac'),
      );
      await host.cutShort('start', spec, { qemuSystem });
      const pid = await host.pidOf(spec.id);
      await hypervisor.start(spec.id);
      expect(await host.pidOf(spec.id)).toBe(pid);
      expect(await hypervisor.power(spec.id)).toBe('running');
      await hypervisor.delete(spec.id);
      expect(await isAlive(pid)).toBe(false);
    });

    it('while a server is removed: the next call removes the rest', async () => {
      const spec = serverSpec();
      await hypervisor.create(spec);
      const rest = `${host.directoryOf(spec.id)}.deleted`;
      await mkdir(rest);
      await writeFile(join(rest, 'server.json'), '{}');
      expect(await hypervisor.list()).toEqual([spec.id]);
      await expect(stat(rest)).rejects.toThrow('ENOENT');
    });
  });

  it('tells of a guest that switched itself off while nobody watched, to everybody who comes', EXHAUSTIVE, async () => {
    const sleepy = await host.images.storeFile(sleepyDisk(), 'raw');
    const spec = serverSpec({ system_disk: disk(GIB, sleepy) });
    await hypervisor.create(spec);
    await hypervisor.start(spec.id);
    await eventually(async () => {
      expect(await hypervisor.power(spec.id)).toBe('stopped');
    });
    for (const late of [host.hypervisor(), host.hypervisor()]) {
      const seen: MachineChange[] = [];
      late.watch((change) => seen.push(change));
      await eventually(() => {
        expect(seen).toEqual([{ type: 'stopped', server_id: spec.id, reason: 'guest' }]);
      });
      await late.close();
    }
    expect(await isAlive(await host.pidOf(spec.id))).toBe(false);
    await hypervisor.stop(spec.id, { patience: 0 });
  });

  describe('says what is wrong with the host', () => {
    it('when there is no qemu', async () => {
      const facts = host.hypervisor({ qemuSystem: '/nowhere/qemu-system-x86_64' }).facts();
      await expect(facts).rejects.toThrow(HypervisorError);
      await expect(facts).rejects.toThrow('/nowhere/qemu-system-x86_64');
    });

    it('when its qemu is too old', async () => {
      const qemuSystem = join(host.options.directory, 'old-qemu');
      await writeFile(qemuSystem, '#!/bin/sh\necho QEMU emulator version 4.2.1\n', { mode: 0o755 });
      await expect(host.hypervisor({ qemuSystem }).facts()).rejects.toThrow('qemu 4.2.1 is older than');
    });

    it('when a machine does not start, in the words of qemu; and leaves nothing of it', async () => {
      const spec = serverSpec({ ram: 2 ** 30 });
      await hypervisor.create(spec);
      await expect(hypervisor.start(spec.id)).rejects.toThrow(/memory/i);
      expect(await hypervisor.power(spec.id)).toBe('stopped');
    });
  });

  describe('takes an accelerator', () => {
    it('only after a machine has run with it', async () => {
      const { qemuSystem } = host.options;
      expect(await runsMachines(qemuSystem, { accelerator: 'tcg', patience: 60_000 })).toBe(true);
      const works = await runsMachines(qemuSystem, { accelerator: 'kvm', patience: 5_000 });
      expect(await findAccelerator(qemuSystem, 5_000)).toBe(works ? 'kvm' : 'tcg');
    });

    it('not from one that hangs', async () => {
      const hanging = join(host.options.directory, 'hanging-qemu');
      await writeFile(hanging, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
      expect(await runsMachines(hanging, { accelerator: 'kvm', patience: 200 })).toBe(false);
    });
  });
});

/** A zombie, whose parent may be anybody, is not. */
async function isAlive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text !== null && !text.includes(') Z ');
}
