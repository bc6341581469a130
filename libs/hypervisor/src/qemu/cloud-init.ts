import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerSpec } from '../hypervisor.ts';

/** The label by which cloud-init knows a disk that is meant for it. */
export const SEED_LABEL = 'cidata';

/** The longest part of a host name. */
const LONGEST = 63;

/** Writes what cloud-init is told, its NoCloud source, as files of a directory; what was there before is removed. */
export async function writeSeed(directory: string, spec: ServerSpec): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { mode: 0o700 });
  // A new system disk is a new instance: what its cloud-init has done belongs to the disk.
  const facts = [`instance-id: ${spec.system_disk.id}`, `local-hostname: ${hostName(spec)}`];
  await writeFile(join(directory, 'meta-data'), facts.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  await writeFile(join(directory, 'user-data'), spec.user_data ?? '#cloud-config\n', { mode: 0o600 });
}

/** The server's name where it can be one of a host, as much of it as can otherwise. */
export function hostName({ id, name }: Pick<ServerSpec, 'id' | 'name'>): string {
  const fit = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replaceAll(/^-+|-+$/g, '');
  return fit === '' ? `server-${id.slice(0, 8)}` : fit;
}
