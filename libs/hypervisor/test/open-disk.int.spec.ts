import { open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { sampleDisk } from '@imago/disk-image/testing';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type BaseImage,
  type DiskSpec,
  HypervisorError,
  type MachineChange,
  type QemuHypervisor,
  type ServerSpec,
} from '../src/index.ts';
import { sleepyDisk } from './boot-sector.ts';
import { changedMib, mibBetween, mibUnlikeFile } from './compared-disk.ts';
import { QemuHost } from './qemu-host.ts';
import { disk, serverSpec } from './server-spec.ts';

const MIB = 2 ** 20;
/** The base ends inside a cluster, and so does the larger disk over it. */
const BASE = 5 * MIB + 3 * 512;
const SIZE = 9 * MIB + 512;

describe('a disk of a server that is off, opened for reading', () => {
  let host: QemuHost;
  let hypervisor: QemuHypervisor;
  let base: BaseImage;
  let spec: ServerSpec;
  let system: DiskSpec;
  let data: DiskSpec;
  const content = sampleDisk(61, BASE).fill('base', 0, 4 * MIB);
  const { signal } = new AbortController();

  beforeAll(async () => {
    host = await QemuHost.open();
    hypervisor = host.hypervisor();
    base = await host.images.storeImage(content);
  });
  afterAll(() => host.close(), 60_000);
  beforeEach(async () => {
    [system, data] = [disk(BigInt(SIZE), base), disk(BigInt(3 * MIB), null)];
    spec = serverSpec({ system_disk: system, data_disks: [data] });
    await hypervisor.create(spec);
  });
  afterEach(() => hypervisor.delete(spec.id));

  const write = (...commands: readonly string[]): Promise<void> => host.write(spec.id, system, ...commands);
  const overlay = (): string => join(host.directoryOf(spec.id), `${system.id}.qcow2`);

  it.each<[string, readonly string[], readonly number[]]>([
    ['writes inside of clusters', ['write -P 7 100 50', 'write -P 8 2621000 2000'], [0, 2]],
    ['zeros over data of the base', ['write -z 1M 1M', 'write -P 0 3M 64k'], [1, 3]],
    ['what was discarded over data of the base', ['discard 1M 1M', 'discard 3100k 100k'], [1, 3]],
    [
      'what was written first, and then discarded or zero',
      ['write -P 9 0 2M', 'discard 0 1M', 'write -z 1M 1M'],
      [0, 1],
    ],
    ['writes across the end of the base, and at the end', ['write -P 3 5M 1M', 'write -P 4 9M 512'], [5, 9]],
    ['writes of the bytes that are there', ['write -P 98 0 1', 'write -P 0 8M 64k'], [0, 8]],
  ])('shows %s, and tells of it', async (_, commands, touched) => {
    await write(...commands);
    const after = await host.flattened(spec.id, system);
    const opened = await hypervisor.openDisk(spec.id, system.id);
    expect(opened.size).toBe(SIZE);
    expect(await mibUnlikeFile(opened, after)).toEqual([]);
    expect(await changedMib(opened)).toEqual(touched);
    const other = serverSpec({ system_disk: disk(BigInt(SIZE), base) });
    await hypervisor.create(other);
    const different = await mibBetween(await host.flattened(other.id, other.system_disk), after);
    expect(different.filter((each) => !touched.includes(each))).toEqual([]);
    await hypervisor.delete(other.id);
    await opened.close();
  });

  it('has what was written to an empty disk, and zeros', async () => {
    await host.write(spec.id, data, 'write -P 5 1M 10');
    const opened = await hypervisor.openDisk(spec.id, data.id);
    expect(await opened.changed()).toEqual([{ offset: MIB, length: MIB }]);
    const target = Buffer.alloc(3 * MIB, 0xee);
    await opened.read(0, target, signal);
    expect(target.equals(Buffer.alloc(3 * MIB).fill(5, MIB, MIB + 10))).toBe(true);
    await opened.close();
  });

  it('answers nothing once it was written by whomever, and is another one after that', async () => {
    const opened = await hypervisor.openDisk(spec.id, system.id);
    await opened.read(0, Buffer.alloc(MIB), signal);
    await write('write -P 7 3M 512');
    await expect(opened.read(0, Buffer.alloc(MIB), signal)).rejects.toThrow(HypervisorError);
    await expect(opened.changed()).rejects.toThrow(HypervisorError);
    await opened.close();
    const [again, third] = [
      await hypervisor.openDisk(spec.id, system.id),
      await hypervisor.openDisk(spec.id, system.id),
    ];
    expect(again.revision).not.toBe(opened.revision);
    expect(third.revision).toBe(again.revision);
    await Promise.all([again.close(), third.close()]);
  });

  it('waits for a disk server that is started again, also in the middle of reading', async () => {
    const opened = await hypervisor.openDisk(spec.id, system.id);
    const targets = Array.from({ length: 4 }, () => Buffer.alloc(MIB));
    await opened.read(0, Buffer.alloc(512), signal);
    const reading = targets.map((target, at) => opened.read(at * MIB, target, signal));
    await host.diskServer.stop();
    const late = Buffer.alloc(BASE - 4 * MIB);
    reading.push(opened.read(4 * MIB, late, signal));
    await turn();
    await host.diskServer.startAgain();
    await Promise.all(reading);
    expect(Buffer.concat([...targets, late]).equals(content)).toBe(true);
    await opened.close();
  });

  it('ends a read at once that nobody wants any more, also when the disk server is away', async () => {
    const opened = await hypervisor.openDisk(spec.id, system.id);
    await host.diskServer.stop();
    const over = new AbortController();
    const reading = opened.read(0, Buffer.alloc(MIB), over.signal);
    over.abort(new Error('not wanted'));
    await expect(reading).rejects.toThrow('not wanted');
    const last = expect(opened.read(0, Buffer.alloc(MIB), signal)).rejects.toThrow(HypervisorError);
    await opened.close();
    await last;
    await host.diskServer.startAgain();
  });

  it('cannot be read where its base is damaged, and everywhere else', async () => {
    const image = await host.images.storeImage(content);
    await host.images.damage(image.key, await host.images.placeOf(image, 2));
    const other = serverSpec({ system_disk: disk(BigInt(SIZE), image) });
    await hypervisor.create(other);
    const opened = await hypervisor.openDisk(other.id, other.system_disk.id);
    const target = Buffer.alloc(MIB);
    await expect(opened.read(2 * MIB, target, signal)).rejects.toThrow('cannot read');
    await opened.read(3 * MIB, target, signal);
    expect(target.equals(content.subarray(3 * MIB, 4 * MIB))).toBe(true);
    await opened.close();
    await hypervisor.delete(other.id);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is cut off', () => truncate(overlay(), 100)],
    ['is no disk any more', async () => overwrite(overlay(), 0, Buffer.alloc(4096, 1))],
    [
      'has tables that lead nowhere',
      async () => overwrite(overlay(), 3 * 65_536, Buffer.from('00ff000000000000', 'hex')),
    ],
  ])('is refused when its file %s', async (_, damage) => {
    await damage();
    await expect(hypervisor.openDisk(spec.id, system.id)).rejects.toMatchObject({ name: 'InspectionRefusal' });
    expect(await hypervisor.power(spec.id)).toBe('stopped');
  });

  it('is there when the guest has switched itself off and nobody has seen it, and that is still told', async () => {
    const sleepy = await host.images.storeFile(sleepyDisk(), 'raw');
    const other = serverSpec({ system_disk: disk(BigInt(SIZE), sleepy) });
    await hypervisor.create(other);
    await hypervisor.start(other.id);
    await eventually(async () => {
      expect(await hypervisor.power(other.id)).toBe('stopped');
    });
    const opened = await hypervisor.openDisk(other.id, other.system_disk.id);
    const target = Buffer.alloc(MIB);
    await opened.read(0, target, signal);
    expect(target.equals(sleepyDisk())).toBe(true);
    const seen: MachineChange[] = [];
    const unwatch = hypervisor.watch((change) => seen.push(change));
    await eventually(() => {
      expect(seen).toEqual([{ type: 'stopped', server_id: other.id, reason: 'guest' }]);
    });
    unwatch();
    await opened.close();
    await hypervisor.delete(other.id);
  });
});

async function overwrite(path: string, offset: number, bytes: Buffer): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, offset);
  } finally {
    await file.close();
  }
}
