import type { SourceFormat } from '../inspect/declared-format.ts';
import type { HostileFile } from './hostile-file.ts';
import { HOSTILE_ISO } from './hostile-iso.ts';
import { HOSTILE_QCOW2 } from './hostile-qcow2.ts';
import { HOSTILE_VDI } from './hostile-vdi.ts';
import { HOSTILE_VHD } from './hostile-vhd.ts';
import { HOSTILE_VHDX } from './hostile-vhdx.ts';
import { HOSTILE_VMDK } from './hostile-vmdk.ts';

/** Every hostile file we know, each small and with the code it is refused with. */
export const HOSTILE_FILES: readonly HostileFile[] = [
  ...HOSTILE_QCOW2,
  ...HOSTILE_VMDK,
  ...HOSTILE_VHD,
  ...HOSTILE_VHDX,
  ...HOSTILE_VDI,
  ...HOSTILE_ISO,
];

/** Those among them that show what they are only when the disk in them is read. */
export const HOSTILE_WHEN_READ = HOSTILE_FILES.filter(
  (file): file is HostileFile & { readonly declared: SourceFormat } =>
    file.found === 'reading' && file.declared !== 'iso',
);
