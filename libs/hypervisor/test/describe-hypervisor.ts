import { ADDRESS_MARKER, BOOT_MARKER, USER_DATA_MARKER } from '@imago/demo-image';
import { eventually, EXHAUSTIVE, fileContains } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BaseImage,
  type DiskSpec,
  type Hypervisor,
  HypervisorError,
  type MachineChange,
  type ServerSpec,
} from '../src/index.ts';
import { changedMib, mibBetween, mibUnlikeFile } from './compared-disk.ts';
import { HostDoor } from './host-door.ts';
import { consoleOf, disk, emptyDisk, script, serverSpec } from './server-spec.ts';

/** A host without servers. */
export interface HypervisorUnderTest {
  readonly hypervisor: Hypervisor;
  /** The same host as another process sees it. */
  readonly again: () => Hypervisor;
  /** The demo image. */
  readonly bootable: BaseImage;
  /** An image that cannot be read any more. */
  readonly unreadable: BaseImage;
  /** Ends the machine of a server as the kernel does it when memory is short. */
  readonly crash: (serverId: string) => Promise<void>;
  /** Ends what serves the images and starts it again, while machines run. */
  readonly restartImages: () => Promise<void>;
  /** A raw file with what others than this lib find on a disk of a stopped server. */
  readonly flattened: (serverId: string, disk: DiskSpec) => Promise<string>;
  /** Throws unless all disks of a server are whole. */
  readonly checkDisks: (serverId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const GIB = 2n ** 30n;
/** Milliseconds. Emulated machines take their time, and more of it on a busy host. */
const BOOT = { timeout: 240_000 };
const PATIENCE = 120_000;
const NO_SERVER = '0f0f0f0f-89ab-4cde-8f01-23456789abcd';
const MARK = 'kept by the data disk';
const FILE_MARK = 'written by the guest into a file';

/** Everything the port promises. Machines boot as seldom as possible: some tests go on with the server of the last. */
export function describeHypervisor(name: string, make: () => Promise<HypervisorUnderTest>): void {
  describe(`the hypervisor port on ${name}`, () => {
    let host: HypervisorUnderTest;
    let hypervisor: Hypervisor;
    let door: HostDoor;
    const changes: MachineChange[] = [];
    let unwatch: () => void;

    beforeAll(async () => {
      host = await make();
      ({ hypervisor } = host);
      door = await HostDoor.open();
      unwatch = hypervisor.watch((change) => changes.push(change));
    });
    afterAll(async () => {
      unwatch();
      door.close();
      await host.close();
    });

    const ofServer = (id: string): MachineChange[] => changes.filter((change) => change.server_id === id);

    async function created(changes: Partial<ServerSpec> = {}): Promise<ServerSpec> {
      const spec = serverSpec(changes);
      await hypervisor.create(spec);
      return spec;
    }

    /** Waits until the console has the text so many times. */
    async function consoleShows(id: string, text: string, times = 1): Promise<string> {
      return eventually(async () => {
        const output = await consoleOf(hypervisor, id);
        expect({ shown: output.split(text).length - 1, output: output.slice(-1500) }).toMatchObject({ shown: times });
        return output;
      }, BOOT);
    }

    it('says what the host is', async () => {
      const { version, accelerator, architecture, disk_free, memory_total } = await hypervisor.facts();
      expect(version).toMatch(/^\d+\.\d+/);
      expect(['kvm', 'tcg']).toContain(accelerator);
      expect(architecture).toBe('x86_64');
      expect(disk_free).toBeGreaterThan(0n);
      expect(memory_total).toBeGreaterThan(2n ** 28n);
    });

    describe('a server that never ran', () => {
      it('is stopped once it is created, also when that is asked for twice', async () => {
        const spec = await created();
        await hypervisor.create({ ...spec, ram: 9999, system_disk: emptyDisk(7n * GIB) });
        expect(await hypervisor.power(spec.id)).toBe('stopped');
        expect(await hypervisor.list()).toContain(spec.id);
        expect(await hypervisor.console(spec.id, 0n)).toEqual({ offset: 0n, data: Buffer.alloc(0) });
        await host.checkDisks(spec.id);
      });

      it('stays off when it is stopped', async () => {
        const { id } = await created();
        await hypervisor.stop(id, { patience: PATIENCE });
        expect(await hypervisor.power(id)).toBe('stopped');
      });

      it('is gone when it is deleted, also twice', async () => {
        const { id } = await created();
        await hypervisor.delete(id);
        await hypervisor.delete(id);
        expect(await hypervisor.power(id)).toBeNull();
        expect(await hypervisor.list()).not.toContain(id);
      });

      it('is not created by what gives up', async () => {
        const spec = serverSpec();
        await expect(hypervisor.create(spec, AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up');
        expect(await hypervisor.power(spec.id)).toBeNull();
        await hypervisor.create(spec);
        expect(await hypervisor.power(spec.id)).toBe('stopped');
      });
    });

    describe('a disk of a server that is off', () => {
      it('reads as empty, or as its image, before the server has written; nothing of it has changed', async () => {
        const spec = await created({
          system_disk: disk(GIB / 2n, host.bootable),
          data_disks: [emptyDisk(GIB / 8n + 512n)],
        });
        for (const each of [spec.system_disk, ...spec.data_disks]) {
          const opened = await hypervisor.openDisk(spec.id, each.id);
          expect(opened.size).toBe(Number(each.size));
          expect(await opened.changed()).toEqual([]);
          expect(await mibUnlikeFile(opened, await host.flattened(spec.id, each))).toEqual([]);
          await opened.close();
        }
        await hypervisor.delete(spec.id);
      });

      it.each(['start', 'delete'] as const)(
        'is read by nobody any more after %s, whoever had it open',
        async (action) => {
          const spec = await created();
          const opened = await hypervisor.openDisk(spec.id, spec.system_disk.id);
          await hypervisor[action](spec.id);
          const { signal } = new AbortController();
          await expect(opened.read(0, Buffer.alloc(512), signal)).rejects.toThrow(HypervisorError);
          await opened.close();
          await hypervisor.delete(spec.id);
        },
      );

      it('is none that the server does not have', async () => {
        const { id } = await created();
        await expect(hypervisor.openDisk(id, NO_SERVER)).rejects.toThrow(NO_SERVER);
        await expect(hypervisor.openDisk(NO_SERVER, id)).rejects.toThrow(NO_SERVER);
        await hypervisor.delete(id);
      });
    });

    describe('a server that is not there', () => {
      const id = NO_SERVER;

      it('has no power, and cannot be told anything', async () => {
        expect(await hypervisor.power(id)).toBeNull();
        await expect(hypervisor.start(id)).rejects.toThrow(id);
        await expect(hypervisor.console(id, 0n)).rejects.toThrow(id);
        await hypervisor.delete(id);
      });

      it.each(['..', '../../etc', '', `${NO_SERVER}/..`, NO_SERVER.toUpperCase()])(
        'is what %j can never be',
        async (hostile) => {
          const calls = [hypervisor.power(hostile), hypervisor.delete(hostile), hypervisor.start(hostile)];
          await Promise.all(calls.map((call) => expect(call).rejects.toThrow('no id of a server')));
        },
      );
    });

    describe('a machine whose guest does not listen', () => {
      it('is switched on once, cut off when patience is over, and told of by nobody', async () => {
        const { id } = await created();
        await hypervisor.start(id);
        await hypervisor.start(id);
        expect(await hypervisor.power(id)).toBe('running');
        await hypervisor.stop(id, { patience: 50 });
        expect(await hypervisor.power(id)).toBe('stopped');
        await hypervisor.stop(id, { patience: 0 });
        await host.checkDisks(id);
        expect(ofServer(id)).toEqual([]);
      });

      it('keeps running when whoever stops it gives up', async () => {
        const { id } = await created();
        await hypervisor.start(id);
        const giveUp = hypervisor.stop(id, { patience: PATIENCE, signal: AbortSignal.timeout(100) });
        await expect(giveUp).rejects.toThrow();
        expect(await hypervisor.power(id)).toBe('running');
        await hypervisor.delete(id);
      });

      it('is reset at once, and switched on when it is off', async () => {
        const { id } = await created();
        await hypervisor.reboot(id, { patience: 0 });
        expect(await hypervisor.power(id)).toBe('running');
        await hypervisor.reboot(id, { patience: 0 });
        expect(await hypervisor.power(id)).toBe('running');
        await hypervisor.delete(id);
        expect(await hypervisor.power(id)).toBeNull();
      });

      it('keeps its system disk as long as it runs', async () => {
        const { id } = await created();
        await hypervisor.start(id);
        const change = { disk: emptyDisk(GIB), user_data: null, firmware: 'bios' } as const;
        await expect(hypervisor.changeSystemDisk(id, change)).rejects.toThrow('runs');
        await hypervisor.delete(id);
      });

      it('is told of when it crashes, and starts again', async () => {
        const { id } = await created();
        await hypervisor.start(id);
        await host.crash(id);
        await eventually(() => {
          expect(ofServer(id)).toEqual([{ type: 'stopped', server_id: id, reason: 'crashed' }]);
        });
        expect(await hypervisor.power(id)).toBe('stopped');
        await host.checkDisks(id);
        await hypervisor.start(id);
        expect(await hypervisor.power(id)).toBe('running');
        await hypervisor.delete(id);
      });

      it('outlives who started it, and is found again, watched and stopped by another', async () => {
        const first = host.again();
        const { id } = await created();
        await first.start(id);
        await first.close();
        const second = host.again();
        expect(await second.power(id)).toBe('running');
        const seen: MachineChange[] = [];
        second.watch((change) => seen.push(change));
        await host.crash(id);
        await eventually(() => {
          expect(seen.filter((change) => change.server_id === id)).toMatchObject([{ reason: 'crashed' }]);
        });
        await second.start(id);
        await second.stop(id, { patience: 0 });
        await second.close();
        expect(await hypervisor.power(id)).toBe('stopped');
      });

      it('is told of to whoever comes after its end', async () => {
        const { id } = await created();
        await hypervisor.start(id);
        await host.crash(id);
        const late = host.again();
        const seen: MachineChange[] = [];
        late.watch((change) => seen.push(change));
        await eventually(() => {
          expect(seen).toContainEqual({ type: 'stopped', server_id: id, reason: 'crashed' });
        });
        await late.close();
        await hypervisor.delete(id);
      });
    });

    describe('a server made from an image', () => {
      let spec: ServerSpec;
      let second: DiskSpec;
      beforeAll(async () => {
        spec = await created({
          name: 'Web 1',
          vcpus: 2,
          system_disk: disk(GIB, host.bootable),
          data_disks: [emptyDisk(3n * GIB)],
          user_data: script(
            `# ${'x'.repeat(15_000)}`, // as long as user data may be
            ...[
              'echo "HOST $(hostname)"',
              'echo "PROCESSORS $(nproc)"',
              'sed -n "s/MemTotal: */MEMORY /p" /proc/meminfo',
            ],
            ...['echo "CARD $(cat /sys/class/net/eth0/address)"', 'echo "DISKS $(cat /sys/block/vd[ab]/size | xargs)"'],
            ...door.attempts,
            `echo '${MARK}' | dd of=/dev/vdb conv=fsync 2>/dev/null`,
          ),
        });
        await hypervisor.start(spec.id);
      });

      it('boots it, with its name, its flavor, its card, its disks, and runs the user data', async () => {
        const output = await consoleShows(spec.id, USER_DATA_MARKER);
        expect(output).toContain(`${BOOT_MARKER} 1`);
        for (const line of ['HOST web-1', 'PROCESSORS 2', `CARD ${spec.mac_address}`])
          expect(output).toMatch(new RegExp(`^${line}\\r?$`, 'm'));
        expect(output).toContain(`DISKS ${GIB / 512n} ${(3n * GIB) / 512n}`);
        const memory = Number(/MEMORY (\d+) kB/.exec(output)?.[1]) / 1024;
        expect(memory).toBeGreaterThan(spec.ram * 0.7);
        expect(memory).toBeLessThanOrEqual(spec.ram);
      });

      it('restricted: its guest has an address and reaches nobody on the host', async () => {
        const output = await consoleOf(hypervisor, spec.id);
        expect(output).toContain(ADDRESS_MARKER);
        expect(output.match(/^NOT REACHED/gm)).toHaveLength(door.attempts.length);
        expect(door.visitors).toBe(0);
      });

      it('has a console that is read from anywhere', async () => {
        const whole = await hypervisor.console(spec.id, 0n);
        const text = whole.data.toString();
        const offset = BigInt(text.indexOf(BOOT_MARKER));
        const part = await hypervisor.console(spec.id, offset);
        expect(part.offset).toBe(offset);
        expect(part.data.toString().startsWith(BOOT_MARKER)).toBe(true);
        const end = BigInt(whole.data.length);
        expect(await hypervisor.console(spec.id, end + 1000n)).toEqual({ offset: end, data: Buffer.alloc(0) });
      });

      it('switches off when it is asked, and keeps what was written and its console', EXHAUSTIVE, async () => {
        await hypervisor.stop(spec.id, { patience: PATIENCE });
        expect(await hypervisor.power(spec.id)).toBe('stopped');
        expect(ofServer(spec.id)).toEqual([]);
        await host.checkDisks(spec.id);
        await hypervisor.start(spec.id);
        const output = await consoleShows(spec.id, `${BOOT_MARKER} 2`);
        expect(output).toContain(`${BOOT_MARKER} 1`);
      });

      it(
        'reboots when it is asked, is the same instance still, and sees no restart of what serves its image',
        EXHAUSTIVE,
        async () => {
          await consoleShows(spec.id, ADDRESS_MARKER, 2);
          await hypervisor.reboot(spec.id, { patience: PATIENCE });
          await host.restartImages();
          const output = await consoleShows(spec.id, ADDRESS_MARKER, 3);
          expect(output).toContain(`${BOOT_MARKER} 3`); // a guest that was merely reset would have had no time to count
          expect(output.split(USER_DATA_MARKER)).toHaveLength(2);
          expect(ofServer(spec.id)).toEqual([]);
        },
      );

      it('gives out none of its disks as long as it runs', async () => {
        for (const { id } of [spec.system_disk, ...spec.data_disks])
          await expect(hypervisor.openDisk(spec.id, id)).rejects.toThrow(HypervisorError);
      });

      it(
        'is a new instance on a new system disk, with its data disks, and may switch itself off',
        EXHAUSTIVE,
        async () => {
          await hypervisor.stop(spec.id, { patience: 0 });
          second = disk(GIB / 2n, host.bootable);
          const user_data = script(
            ...['echo "FOUND $(head -c 21 /dev/vdb)"', 'cat /sys/block/vda/size'],
            ...[`echo '${FILE_MARK}' >/marker`, 'rm /etc/os-release', 'poweroff'],
          );
          const change = { disk: second, user_data, firmware: 'bios' } as const;
          await hypervisor.changeSystemDisk(spec.id, change);
          await hypervisor.changeSystemDisk(spec.id, change);
          await hypervisor.start(spec.id);
          const seen = await eventually(() => {
            expect(ofServer(spec.id)).toHaveLength(1);
            return ofServer(spec.id);
          }, BOOT);
          expect(seen).toEqual([{ type: 'stopped', server_id: spec.id, reason: 'guest' }]);
          expect(await hypervisor.power(spec.id)).toBe('stopped');
          const output = await consoleOf(hypervisor, spec.id);
          expect(output.split(`${BOOT_MARKER} 1`)).toHaveLength(3);
          expect(output).toContain(`FOUND ${MARK}`);
          expect(output).toContain(String(second.size / 512n));
          await host.checkDisks(spec.id);
        },
      );

      it(
        'shows on its disk what its guest wrote and deleted, and which parts may have changed',
        EXHAUSTIVE,
        async () => {
          const untouched = await created({ system_disk: disk(second.size, host.bootable) });
          const before = await host.flattened(untouched.id, untouched.system_disk);
          const after = await host.flattened(spec.id, second);
          const opened = await hypervisor.openDisk(spec.id, second.id);
          expect(await mibUnlikeFile(opened, after)).toEqual([]);
          const changed = await changedMib(opened);
          const different = await mibBetween(before, after);
          expect(different.length).toBeGreaterThan(0);
          expect(different.filter((each) => !changed.includes(each))).toEqual([]);
          expect(changed.length).toBeLessThan(opened.size / 2 ** 20 / 10); // and not simply all of them
          expect(await fileContains(after, FILE_MARK)).toBe(true);
          await opened.close();
          await hypervisor.delete(untouched.id);
        },
      );
    });

    describe('a server that is not restricted, with an image that cannot be read', EXHAUSTIVE, () => {
      it('reaches the host; its guest is told of the disk and goes on, and so is who watches', async () => {
        const bad = disk(GIB, host.unreadable);
        const spec = await created({
          restricted: false,
          system_disk: disk(GIB, host.bootable),
          data_disks: [bad],
          user_data: script(...door.attempts, 'cat /dev/vdb >/dev/null || echo "NOT READ"', 'echo "GOES ON"'),
        });
        await hypervisor.start(spec.id);
        const output = await consoleShows(spec.id, USER_DATA_MARKER);
        expect(output.match(/^REACHED/gm)).toHaveLength(door.attempts.length);
        expect(door.visitors).toBe(door.attempts.length);
        expect(output).toMatch(/^NOT READ\r?\nGOES ON\r?$/m);
        // A guest that tries again is told again.
        const told = ofServer(spec.id);
        expect(told).not.toEqual([]);
        expect(told).toMatchObject(told.map(() => ({ type: 'disk_error', disk_id: bad.id })));
        await hypervisor.delete(spec.id);
        expect(await hypervisor.power(spec.id)).toBeNull();
      });
    });
  });
}
