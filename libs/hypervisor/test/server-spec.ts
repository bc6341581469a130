import { randomUUID } from 'node:crypto';
import type { BaseImage, DiskSpec, Hypervisor, ServerSpec } from '../src/index.ts';

const GIB = 2n ** 30n;

export function disk(size: bigint, base: BaseImage | null): DiskSpec {
  return { id: randomUUID(), size, base };
}

export function emptyDisk(size: bigint): DiskSpec {
  return disk(size, null);
}

/** A server with an empty disk, of which its firmware finds nothing to boot. */
export function serverSpec(changes: Partial<ServerSpec> = {}): ServerSpec {
  const id = randomUUID();
  return {
    ...{ id, name: `server ${id}`, vcpus: 1, ram: 256, firmware: 'bios', restricted: true, user_data: null },
    ...{ mac_address: `52:54:00:${id.slice(0, 2)}:${id.slice(2, 4)}:${id.slice(4, 6)}` },
    ...{ system_disk: emptyDisk(GIB), data_disks: [], ...changes },
  };
}

/** All that is kept of a console. */
export async function consoleOf(hypervisor: Hypervisor, id: string): Promise<string> {
  const pieces: Buffer[] = [];
  for (let offset = 0n; ;) {
    const output = await hypervisor.console(id, offset);
    if (output.data.length === 0) return Buffer.concat(pieces).toString();
    pieces.push(output.data);
    offset = output.offset + BigInt(output.data.length);
  }
}

/** User data that the demo image runs. */
export function script(...lines: readonly string[]): string {
  return ['#!/bin/sh', ...lines, ''].join('\n');
}
