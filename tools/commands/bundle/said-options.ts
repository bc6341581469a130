import { readManifest } from '@imago/offline-bundle';
import type { BundleManifest } from '@imago/offline-bundle';

const text = { type: 'string' } as const;

/** What is said of a file on the command line, for a bundle or without one. */
export const saidOptions = {
  ...{ project: text, name: text, 'disk-format': text, compression: text, os: text, 'os-version': text },
  ...{ 'min-disk': text, 'min-ram': text, architecture: text, 'boot-mode': text, description: text },
} as const;

export type Said = Readonly<Partial<Record<keyof typeof saidOptions, string>>>;

/** How these options read in a usage. */
export const SAID_USAGE = `--project ID --name NAME --disk-format raw|qcow2|vmdk|vhd|vhdx|vdi --os DISTRO --os-version VERSION
         --min-disk GIB [--compression gzip|xz|zstd] [--architecture x86_64] [--min-ram MIB] [--boot-mode bios|uefi]
         [--description TEXT]`;

/** Everything of a manifest that is not of the file itself. */
export type SaidOfFile = Pick<BundleManifest, 'project_id' | 'image'>;

/** What was said, when it is all there and can be. @throws Error, Refusal bundle.manifest_invalid */
export function whatWasSaid(said: Said, usage: string): SaidOfFile {
  const { project, name, os, 'disk-format': disk_format, 'os-version': os_version, 'min-disk': min_disk } = said;
  if ([project, name, os, disk_format, os_version, min_disk].includes(undefined)) throw new Error(usage);
  const image = {
    ...{ name, disk_format, compression: said.compression ?? null, description: said.description ?? null },
    ...{ os_distro: os, os_version, architecture: said.architecture ?? 'x86_64', image_type: 'system_disk' },
    ...{ min_disk: Number(min_disk), min_ram: Number(said['min-ram'] ?? 0), boot_mode: said['boot-mode'] ?? null },
    ...{ enterprise_project_id: 'default', tags: [] },
  };
  const file = { name: 'file', size: 1, sha512: '0'.repeat(128) };
  const rest = { imago_bundle: 1, created_at: new Date().toISOString(), signer: '0'.repeat(64), region: 'r', file };
  const { project_id, image: read } = readManifest(JSON.stringify({ ...rest, project_id: project, image }));
  return { project_id, image: read };
}
