import type { operations } from '../gateway/openapi.ts';

export type ImportBody = operations['Imports.create']['requestBody']['content']['application/json'];

export const FILE_PLACES = ['bucket', 'url', 'upload'] as const;
export type FilePlace = (typeof FILE_PLACES)[number];

export const DISK_FORMATS = [
  'qcow2',
  'raw',
  'vmdk',
  'vhd',
  'vhdx',
  'vdi',
  'iso',
] as const satisfies readonly ImportBody['disk_format'][];
export const COMPRESSIONS = ['gzip', 'xz', 'zstd'] as const;
export const BOOT_MODES = ['bios', 'uefi'] as const;
export const FILE_KINDS = ['system_disk', 'data_disk'] as const;

/** What the form says of an image that is made of a file. */
export interface ImportDraft {
  readonly place: FilePlace;
  readonly address?: string;
  readonly url?: string;
  readonly sha256?: string;
  /** An upload that is whole. */
  readonly upload_id?: string | null;
  readonly os_distro: string;
  readonly os_version: string;
  readonly architecture: ImportBody['architecture'];
  readonly disk_format: ImportBody['disk_format'];
  readonly compression: (typeof COMPRESSIONS)[number] | 'none';
  readonly min_disk: number;
  readonly enterprise_project_id: string;
  readonly name: string;
  readonly description?: string;
  readonly image_type: (typeof FILE_KINDS)[number];
  readonly boot_mode: (typeof BOOT_MODES)[number] | 'any';
  readonly verify_boot: boolean;
}

/** How a form begins. */
export const FRESH_IMPORT: Partial<ImportDraft> = {
  ...{ place: 'bucket', architecture: 'x86_64', disk_format: 'qcow2', compression: 'none', min_disk: 40 },
  ...{ enterprise_project_id: 'default', image_type: 'system_disk', boot_mode: 'any', verify_boot: false },
};

/** Nothing but a system disk for the machines the hosts are is booted once. */
export function canBoot({
  image_type,
  architecture,
  disk_format,
}: Partial<Pick<ImportDraft, 'image_type' | 'architecture' | 'disk_format'>>): boolean {
  return image_type !== 'data_disk' && architecture !== 'aarch64' && disk_format !== 'iso';
}

/** The same as the gateway is asked for it. Whether the agreement was read, its reader says in the end. */
export function importOf(draft: ImportDraft): ImportBody {
  const sha256 = draft.place === 'url' ? (draft.sha256?.trim() ?? '') : '';
  return {
    source: sourceOf(draft),
    ...(sha256 === '' ? {} : { checksum: { algorithm: 'sha256', value: sha256 } as const }),
    disk_format: draft.disk_format,
    compression: draft.compression === 'none' ? null : draft.compression,
    name: draft.name.trim(),
    description: draft.description?.trim() || null,
    os_distro: draft.os_distro,
    os_version: draft.os_version.trim(),
    architecture: draft.architecture,
    min_disk: draft.min_disk,
    enterprise_project_id: draft.enterprise_project_id.trim(),
    // An ISO image is never a system disk, whatever was chosen before it was one.
    image_type: draft.disk_format === 'iso' ? 'data_disk' : draft.image_type,
    boot_mode: draft.boot_mode === 'any' ? null : draft.boot_mode,
    verify_boot: canBoot(draft) && draft.verify_boot,
    agreement_accepted: true,
  };
}

function sourceOf({ place, address = '', url = '', upload_id }: ImportDraft): ImportBody['source'] {
  switch (place) {
    case 'bucket':
      return address.trim();
    case 'url':
      return url.trim();
    case 'upload':
      return { upload_id: upload_id ?? '' };
    default:
      return place satisfies never;
  }
}
