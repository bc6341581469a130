import { execFile } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DiskSpec, HypervisorError, type QemuHypervisor, type ServerSpec } from '../src/index.ts';
import { QemuHost } from './qemu-host.ts';
import { emptyDisk, serverSpec } from './server-spec.ts';

const GIB = 2n ** 30n;

describe('a change of the system disk that hangs', () => {
  let host: QemuHost;
  /** The same host as another process sees it. */
  let other: QemuHypervisor;
  let hypervisor: QemuHypervisor;
  let spec: ServerSpec;
  let next: DiskSpec;
  let changing: Promise<void>;

  beforeAll(async () => {
    host = await QemuHost.open();
    other = host.hypervisor();
  });
  afterAll(() => host.close(), 60_000);

  beforeEach(async () => {
    spec = serverSpec();
    next = emptyDisk(GIB);
    await other.create(spec);
    hypervisor = host.hypervisor({ qemuImg: await hangingQemuImg() });
    changing = hypervisor.changeSystemDisk(spec.id, change());
    changing.catch(() => undefined); // its caller has given up on it
    await eventually(() => stat(path('begun')));
  });
  afterEach(async () => {
    await other.delete(spec.id);
    for (const name of ['begun', 'gate']) await rm(path(name));
  });

  const path = (name: string): string => join(host.options.directory, name);
  const change = (): Parameters<QemuHypervisor['changeSystemDisk']>[1] =>
    ({ disk: next, user_data: null, firmware: 'bios' }) as const;
  const overlay = ({ id }: DiskSpec): string => join(host.directoryOf(spec.id), `${id}.qcow2`);

  /** One that does nothing until {@link goOn}. */
  async function hangingQemuImg(): Promise<string> {
    await promisify(execFile)('mkfifo', [path('gate')]);
    const lines = ['#!/bin/sh', `: >"${path('begun')}"`, `read -r _ <"${path('gate')}"`];
    const program = path('hanging-qemu-img');
    await writeFile(program, [...lines, `exec "${host.options.qemuImg}" "$@"`, ''].join('\n'), { mode: 0o755 });
    return program;
  }

  const goOn = (): Promise<void> => writeFile(path('gate'), '\n');

  it('is waited for by all that comes later, and the machine has the disk that it sees', async () => {
    const starting = hypervisor.start(spec.id);
    const opening = hypervisor.openDisk(spec.id, next.id);
    await goOn();
    const [started, opened] = await Promise.allSettled([starting, opening]);
    expect(started.status).toBe('fulfilled');
    expect(opened).toMatchObject({ status: 'rejected', reason: { name: 'HypervisorError' } }); // it runs by then
    await changing;
    expect(await hypervisor.power(spec.id)).toBe('running');
    expect(await readFile(`/proc/${await host.pidOf(spec.id)}/cmdline`, 'utf8')).toContain(next.id);
    expect(await host.disksOf(spec.id)).toEqual([overlay(next)]);
  });

  it('is waited for as long as who waits wants to, and what nobody wants is not done later', async () => {
    const over = new AbortController();
    const starting = hypervisor.start(spec.id, over.signal);
    over.abort(new Error('not wanted'));
    await expect(starting).rejects.toThrow('not wanted');
    await goOn();
    await changing;
    await (await hypervisor.openDisk(spec.id, next.id)).close(); // comes after all of them
    expect(await hypervisor.power(spec.id)).toBe('stopped');
  });

  it('leaves a machine its disks that another process has started meanwhile, and can be repeated', async () => {
    await other.start(spec.id);
    await goOn();
    await expect(changing).rejects.toThrow(HypervisorError);
    expect(await other.power(spec.id)).toBe('running');
    expect(await host.disksOf(spec.id)).toContain(overlay(spec.system_disk));
    await other.stop(spec.id, { patience: 0 });
    await other.changeSystemDisk(spec.id, change());
    expect(await host.disksOf(spec.id)).toEqual([overlay(next)]);
  });
});
