import { byteCount, heldObject, regionName, userData } from '@imago/contracts';
import { z } from 'zod';
import type { ServerSpec } from '../hypervisor.ts';

const SECTOR = 512n;

/** UUID in lower case: names of files are made of it. */
const id = z.uuid().regex(/^[0-9a-f-]+$/);

const size = byteCount.refine((text) => BigInt(text) > 0n && BigInt(text) % SECTOR === 0n, {
  message: 'must be a multiple of 512',
});

const disk = z.object({ id, size, base: heldObject.extend({ region: regionName }).nullable() });

const server = z
  .object({
    id,
    name: z.string(),
    vcpus: z.int().min(1),
    ram: z.int().min(1),
    firmware: z.enum(['bios', 'uefi']),
    mac_address: z
      .string()
      .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i)
      .nullable(),
    restricted: z.boolean(),
    system_disk: disk,
    data_disks: z.array(disk),
    user_data: userData.nullable(),
    firmware_on_console: z.boolean().optional(),
  })
  .refine(
    ({ system_disk, data_disks }) =>
      new Set([system_disk, ...data_disks].map((each) => each.id)).size > data_disks.length,
    {
      message: 'has one disk twice',
    },
  );

/** @throws ZodError for what no server can be, and what could be more than a value where a value is wanted. */
export function checkServer(spec: ServerSpec): void {
  writeServerDocument(spec);
}

/** A server as text, for its file. @throws ZodError for what no server can be. */
export function writeServerDocument(spec: ServerSpec): string {
  const text = JSON.stringify(spec, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value), 2);
  readServerDocument(text);
  return text;
}

/** @throws Error when the text is not one of {@link writeServerDocument}. */
export function readServerDocument(text: string): ServerSpec {
  const { system_disk, data_disks, ...rest } = server.parse(JSON.parse(text));
  return { ...rest, system_disk: withSize(system_disk), data_disks: data_disks.map(withSize) };
}

function withSize<Disk extends { readonly size: string }>(
  written: Disk,
): Omit<Disk, 'size'> & { readonly size: bigint } {
  return { ...written, size: BigInt(written.size) };
}
