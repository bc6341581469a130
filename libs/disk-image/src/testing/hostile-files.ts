import type { HostileFile } from './hostile-file.ts';
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
];
