import type { ImportDraft } from './import-draft.ts';

const FORMATS: Readonly<Record<string, ImportDraft['disk_format']>> = {
  ...{ qcow2: 'qcow2', qcow: 'qcow2', raw: 'raw', dd: 'raw', vmdk: 'vmdk' },
  ...{ vhd: 'vhd', vpc: 'vhd', vhdx: 'vhdx', vdi: 'vdi', iso: 'iso' },
};
const PACKINGS: Readonly<Record<string, ImportDraft['compression']>> = {
  ...{ gz: 'gzip', gzip: 'gzip', xz: 'xz', zst: 'zstd', zstd: 'zstd' },
};

/** What a file's name says of what is in it; what it does not say is left as it is. `.img` may be anything. */
export function guessFormat(name: string): Partial<Pick<ImportDraft, 'disk_format' | 'compression'>> {
  const [path = ''] = name.split(/[?#]/);
  const endings = path.toLowerCase().split('.').slice(1);
  const packing = PACKINGS[endings.at(-1) ?? ''];
  const format = FORMATS[endings.at(packing === undefined ? -1 : -2) ?? ''];
  if (format === undefined) return packing === undefined ? {} : { compression: packing };
  return { disk_format: format, compression: packing ?? 'none' };
}
